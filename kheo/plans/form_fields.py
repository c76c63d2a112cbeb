"""The fields of the registration form that a plan may set, and how they are asked where no plan says.

The form itself stands in `initiatives`, above this room; a test there holds the two lists together.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ALWAYS, UPWARD, NEVER = "always", "upward", "never"


@dataclass(frozen=True)
class FormFieldName:
    """A field by its name in the registration form, with when it is asked and whether it must be answered."""

    name: str
    label: str | Promise
    asked: str = UPWARD
    required: bool = False


# Name of the initiative and, for a person, what they did are part of every registration: no plan omits them.
FORM_FIELDS = [
    FormFieldName("goal", _("Goal in one line"), ALWAYS, True),
    FormFieldName("contact_name", _("Contact"), ALWAYS, True),
    FormFieldName("contact_phone", _("Contact's phone"), ALWAYS),
    FormFieldName("need", _("Why it is needed"), required=True),
    FormFieldName("targets", _("Goals that can be measured"), required=True),
    FormFieldName("beneficiaries", _("Whom it serves")),
    FormFieldName("method", _("How it is done"), required=True),
    FormFieldName("forces_lead", _("Who leads, and what they do"), required=True),
    FormFieldName("forces_join", _("Who cooperates, and what each does")),
    FormFieldName("resources_vnd", _("Money")),
    FormFieldName("resources_work_days", _("Work days")),
    FormFieldName("resources_land_m2", _("Land given")),
    FormFieldName("resources_goods", _("Goods and other means")),
    FormFieldName("span_first", _("From year"), required=True),
    FormFieldName("span_last", _("Until year"), required=True),
    FormFieldName("milestones", _("Milestones")),
    FormFieldName("outputs", _("What there will be at the end"), required=True),
    FormFieldName("lasting", _("How it lasts"), required=True),
    FormFieldName("spreading", _("How it can spread")),
    FormFieldName("own_criteria", _("By what it wants to be judged")),
    FormFieldName("results", _("Results so far")),
]
BY_NAME = {field.name: field for field in FORM_FIELDS}
