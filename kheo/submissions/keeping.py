"""What is not kept longer than needed: contacts of submissions long answered, traces of addresses."""

from django.utils.translation import gettext, ngettext

from kheo.submissions.models import Knock, Submission

AT_ONCE = 500


def forget() -> str | None:
    """Erase what is past its time, each in a transaction of its own. Doing it twice changes nothing."""
    Knock.objects.forget()
    erased = 0
    for submission in Submission.objects.past_keeping().select_related("enrolment").order_by("pk")[:AT_ONCE]:
        submission.erase_contact(basis=gettext("end of retention"))
        erased += 1
    if not erased:
        return None
    return ngettext("%(n)d contact erased.", "%(n)d contacts erased.", erased) % {"n": erased}
