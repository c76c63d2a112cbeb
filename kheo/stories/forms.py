"""The words of a story, the photos shown with it, and why something goes back or is taken down."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kheo.files.forms import PhotoAnswersForm, PhotoField
from kheo.files.models import Photo
from kheo.lib.periods import BEGINNING
from kheo.stories.models import Story
from kheo.ui.forms import Form, NarrowingForm, VietnameseDateField


class StoryForm(Form):
    title = forms.CharField(label=pgettext_lazy("story", "Title"), max_length=200)
    lead = forms.CharField(
        label=_("What it is about, in one or two sentences"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    text = forms.CharField(
        label=pgettext_lazy("story", "Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_(
            "Plain paragraphs with an empty line between them. No phone numbers, no names of residents."
        ),
    )

    examples = {
        "title": _("86 households widen the village road together"),
        "lead": _("In 40 days Bãi Xa village gave 659 m² of land and widened its road to five metres."),
    }


class ChosenPhotoForm(Form):
    """One photo there is to choose from, with the words it is shown with."""

    use = forms.BooleanField(label=_("Show this photo"), required=False)
    caption = forms.CharField(label=_("Caption"), max_length=500, required=False)
    author = forms.CharField(label=_("Photographer"), max_length=120, required=False)
    alt = forms.CharField(
        label=_("What can be seen, for those who cannot see it"), max_length=300, required=False
    )

    def __init__(self, *args: Any, photo: Photo, chosen: Any = None, **kwargs: Any) -> None:
        words = chosen or photo
        kwargs["initial"] = {
            "use": chosen is not None,
            "caption": words.caption[:500],
            "author": words.author,
            "alt": words.alt,
        }
        super().__init__(*args, prefix=f"photo-{photo.pk}", **kwargs)
        self.photo = photo
        self.allowed, self.why = photo.publishable()
        if not self.allowed:
            for field in self.fields.values():
                field.disabled = True
            self.initial["use"] = False

    @property
    def words(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"photo": self.photo, "caption": data["caption"], "author": data["author"], "alt": data["alt"]}


class UploadForm(Form):
    photos = PhotoField(label=_("Photos"))
    author = forms.CharField(label=_("Photographer"), max_length=120)

    examples = {"author": _("Lô Văn Minh, Tam Quang commune")}


class AnswersForm(PhotoAnswersForm):
    """Who took the photo, what it shows, and the answers for the people in it."""

    author = forms.CharField(label=_("Photographer"), max_length=120)
    caption = forms.CharField(label=_("Caption"), max_length=500)
    alt = forms.CharField(label=_("What can be seen, for those who cannot see it"), max_length=300)
    taken_on = VietnameseDateField(label=_("Taken on"), required=False)

    def __init__(self, *args: Any, photo: Photo, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "author": photo.author,
            "caption": photo.caption,
            "alt": photo.alt,
            "taken_on": photo.taken_on if photo.taken_on > BEGINNING else None,
        }
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, photo=photo, **kwargs)
        self.names = photo.QUESTIONS

    def answers(self) -> dict[str, bool | None]:
        return {name: self.cleaned_data[name] for name in self.names}

    def words(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("author", "caption", "alt", "taken_on")}


class PurposeForm(Form):
    """The extra step for what is internal by default: made public on purpose, with the reason."""

    on_purpose = forms.BooleanField(label=_("I propose on purpose to make this public"))
    reason = forms.CharField(label=_("Why it may be public"), widget=forms.Textarea(attrs={"rows": 3}))

    examples = {"reason": _("It tells of neighbours keeping watch, nothing of forces or plans")}


class ReasonForm(Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class FilterForm(NarrowingForm):
    q = forms.CharField(label=_("Name"), max_length=200, required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *Story.State.choices]
    )
