"""The question of a list of records, as it stands in an address."""

from typing import Any

from django import forms

from kheo.lib.periods import Period
from kheo.reporting.records import NARROWING, SOURCES, TOGETHER, Question
from kheo.ui.forms import Form


class QuestionForm(Form):
    measure = forms.ChoiceField(choices=[(name, name) for name in (*TOGETHER, *SOURCES)])
    first = forms.DateField()
    last = forms.DateField()
    structure = forms.DateField()
    sample = forms.BooleanField(required=False)
    area = forms.CharField(max_length=20, required=False)
    district = forms.CharField(max_length=20, required=False)
    unit = forms.CharField(max_length=20, required=False)
    field = forms.CharField(max_length=40, required=False)
    line = forms.CharField(max_length=20, required=False)
    kind = forms.CharField(max_length=12, required=False)

    def question(self, who: Any) -> Question | None:
        """What is asked; None where the address cannot be read."""
        if not self.is_valid() or self.cleaned_data["first"] > self.cleaned_data["last"]:
            return None
        asked = self.cleaned_data
        return Question(
            asked["measure"],
            Period(asked["first"], asked["last"]),
            asked["structure"],
            asked["sample"],
            who=who,
            **{name: asked[name] for name in NARROWING},
        )
