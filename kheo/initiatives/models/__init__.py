"""Practices, the initiatives that carry them out, their yearly enrolments, and the lists that decide."""

from kheo.initiatives.models.catalogue_drafts import CatalogueDraft
from kheo.initiatives.models.catalogues import Catalogue
from kheo.initiatives.models.enrolments import Draft, Enrolment, Step
from kheo.initiatives.models.initiatives import Consent, Ending, Initiative
from kheo.initiatives.models.on_behalf import OnBehalf
from kheo.initiatives.models.practices import Practice

__all__ = [
    "Catalogue",
    "CatalogueDraft",
    "Consent",
    "Draft",
    "Ending",
    "Enrolment",
    "Initiative",
    "OnBehalf",
    "Practice",
    "Step",
]
