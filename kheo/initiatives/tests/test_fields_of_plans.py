"""The registration form and what a plan may set of it are two lists that must say the same."""

from django.utils.translation import override

from kheo.initiatives import asked
from kheo.plans.form_fields import FORM_FIELDS


def test_a_plan_may_set_every_field_that_is_not_fixed():
    ours = {
        each.name: (str(each.label), each.when, each.required)
        for each in asked.FIELDS.values()
        if not each.fixed
    }
    assert ours == {each.name: (str(each.label), each.asked, each.required) for each in FORM_FIELDS}
    with override("en"):
        assert {name: str(asked.FIELDS[name].label) for name in ours} == {
            each.name: str(each.label) for each in FORM_FIELDS
        }
