"""What is noted of a message that was sent by hand, and the office's own texts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.messaging.kinds import Kind, house_text
from kheo.messaging.models import Message
from kheo.ui.forms import Form


class SentForm(Form):
    text = forms.CharField(
        label=_("Text of the message"), max_length=10_000, widget=forms.Textarea(attrs={"rows": "7"})
    )
    channel = forms.ChoiceField(label=_("Sent by"), choices=Message.Channel.choices)
    to = forms.CharField(label=_("Sent to"), max_length=200, required=False)
    version = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    next = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)

    examples = {"to": _("Zalo group of the communes' Party committees")}


class WordingForm(Form):
    text = forms.CharField(
        label=_("To one body"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": "6"})
    )
    group_text = forms.CharField(
        label=_("To many in one chat"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "6"}),
    )

    def __init__(self, *args: object, kind: Kind, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in ("text", "group_text"):
            self.fields[name].help_text = _("Leave it empty to go back to Kheo's own text.")
        if not house_text(kind, group=True):
            del self.fields["group_text"]


class WithdrawForm(Form):
    reason = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": "3"}))

    examples = {"reason": _("It was sent to another unit.")}
