"""What is asked about a paper: how it is headed and signed, its number, its signed copy."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from kheo.files import types
from kheo.lib.periods import today
from kheo.ui.forms import Form, VietnameseDateField
from kheo.units.models import Post

from .issuers import Issuer
from .models import Paper

SCAN_ACCEPT = ".pdf,.jpg,.jpeg,.png,.webp,.heic,application/pdf,image/*"


class HeadForm(Form):
    """What the record does not know: to whom the paper goes and how it is signed. The family is not asked."""

    symbol = forms.CharField(label=_("Symbol after the number"), max_length=60, required=False)
    addressees = forms.CharField(
        label=_("Addressed to (Kính gửi), one body a line"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
    )
    recipients = forms.CharField(
        label=_("Recipients (Nơi nhận), one a line"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        required=False,
    )
    signing = forms.ChoiceField(label=_("Who signs"), choices=Paper.Way.choices)
    position = forms.CharField(
        label=_("The signer's position"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=200,
        required=False,
        help_text=_("As it stands above the signature. Leave it empty for the body's usual one."),
    )
    signer = forms.CharField(label=_("Signer's full name, if it is known"), max_length=120, required=False)

    examples = {"symbol": "-KH/BCĐ", "position": "Phó Bí thư Thường trực", "signer": "Lương Văn Lâm"}

    def __init__(self, *args: Any, issuer: Issuer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.issuer = issuer
        if issuer.signing != Paper.Way.BOTH:
            field = self.fields["signing"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [choice for choice in Paper.Way.choices if choice[0] != Paper.Way.BOTH]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        offers = self.issuer.offers()
        changed = "signing" in self.changed_data and "position" not in self.changed_data
        # Another way of signing without another position means that body's usual one for it.
        if (not given.get("position") or changed) and offers.get(given.get("signing", "")):
            given["position"] = offers[given["signing"]]
        if given.get("signing") in (Paper.Way.ORDER,) and not given.get("position"):
            self.add_error("position", _("Write what position the signer holds."))
        return given


class NumberForm(Form):
    """What the clerk gives a paper."""

    number = forms.CharField(label=_("Number"), max_length=80)
    issued_on = VietnameseDateField(label=_("Date of the paper"))
    signer = forms.CharField(label=_("Signed by"), max_length=120)
    position = forms.CharField(
        label=_("The signer's position"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=200,
        required=False,
    )
    # The doubts that were shown and looked at.
    sure = forms.CharField(widget=forms.HiddenInput, required=False)

    examples = {"number": "05"}

    def __init__(self, *args: Any, paper: Paper, **kwargs: Any) -> None:
        initial = {"issued_on": today(), "signer": paper.signer, "position": paper.position}
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.paper = paper
        self.doubts: list[str] = []
        self.fields["number"].widget.attrs |= {"inputmode": "text", "autocomplete": "off"}

    def settled(self) -> bool:
        """Whether nothing is doubtful, or it was looked at; else `doubts` says what."""
        data = self.cleaned_data
        self.doubts = self.paper.doubts(data["number"], data["issued_on"])
        return not self.doubts or data.get("sure") == self.looked_at(data["number"])

    @staticmethod
    def looked_at(number: str) -> str:
        return number.strip()[:80]


class CorrectionForm(NumberForm):
    """What the clerk gave a paper, put right: as it stands, with a reason."""

    reason = forms.CharField(
        label=_("What was wrong"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000
    )
    # The last step of the paper when the page was opened.
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, paper: Paper, **kwargs: Any) -> None:
        last = paper.steps.order_by("-pk").first()
        stands = {"number": paper.number, "issued_on": paper.issued_on, "seen": last.pk if last else 0}
        super().__init__(*args, paper=paper, initial=stands, **kwargs)


class ScansInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ScansField(forms.FileField):
    """A PDF or pictures of pages, several at once: a list of uploads."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        uploads = [each for each in (data if isinstance(data, list | tuple) else [data]) if each]
        for upload in uploads:
            if (upload.size or 0) > types.DOCUMENT_LIMIT:
                raise ValidationError(
                    _("“%(name)s” is larger than 50 MB. Scan it at a lower resolution.")
                    % {"name": upload.name}
                )
            if not upload.size:
                raise ValidationError(_("“%(name)s” is empty. Choose it again.") % {"name": upload.name})
        return uploads


class SignedForm(Form):
    """The signed copy: photographed page by page, or scanned."""

    photos = ScansField(
        label=_("Take a photo of each page"),
        widget=ScansInput(attrs={"accept": "image/*", "capture": "environment"}),
        required=False,
        help_text=_("On a phone this opens the camera. One page at a time; add the next one afterwards."),
    )
    scans = ScansField(
        label=_("Or choose the scan: one PDF, or pictures in the order of the pages"),
        widget=ScansInput(attrs={"accept": SCAN_ACCEPT}),
        required=False,
    )

    def uploads(self) -> list[UploadedFile]:
        return [*self.cleaned_data["photos"], *self.cleaned_data["scans"]]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors and not [*given.get("photos", []), *given.get("scans", [])]:
            raise ValidationError(_("Choose the scan, or take a photo of each page."))
        return given


class ReasonForm(Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class FilterForm(Form):
    """Which papers a list shows."""

    q = forms.CharField(label=_("Number or words"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Kind of paper"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    year = forms.IntegerField(label=_("Year"), required=False, min_value=2000, max_value=2100)

    def __init__(self, *args: Any, states: bool = True, by: Post | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from .kinds import kinds

        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("all")),
            *((kind.key, kind.label) for kind in kinds()),
        ]
        self.fields["state"].choices = [("", _("all")), *Paper.State.choices]  # type: ignore[attr-defined]
        if not states:
            del self.fields["state"]
            del self.fields["year"]
