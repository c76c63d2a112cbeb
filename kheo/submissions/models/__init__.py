"""Registrations sent without an account: the links they come through, what was sent, and public lists."""

from kheo.submissions.models.knocks import Knock
from kheo.submissions.models.links import LinkStep, RegistrationLink
from kheo.submissions.models.lists import PublicList
from kheo.submissions.models.submissions import Submission, SubmissionStep

__all__ = ["Knock", "LinkStep", "PublicList", "RegistrationLink", "Submission", "SubmissionStep"]
