"""Form fields for documents and photos. What they let through, `Attachment` and `Photo` store."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from kheo.lib.refusals import Refused

from . import images, types

DOCUMENT_ACCEPT = ".pdf,.docx,.xlsx,.txt,.jpg,.jpeg,.png,.webp,.heic"
PHOTO_ACCEPT = ".jpg,.jpeg,.png,.webp,.heic,image/*"
MOST_PHOTOS = 10


class DocumentField(forms.FileField):
    """One document of up to 50 MB: .pdf, .docx, .xlsx, .txt or a picture of one.

    With `allow_empty_file` an empty file passes too, for readers that keep it and say what is wrong.
    Its content is looked at when it is stored.
    """

    widget = forms.FileInput(attrs={"accept": DOCUMENT_ACCEPT})
    default_error_messages = {
        "large": _("The file is larger than 50 MB. Split it, or scan it at a lower resolution."),
        "empty": _("The file is empty. Choose it again, or another one."),
    }

    def __init__(self, **options: Any) -> None:
        # Phones name scans at length; names are shortened when they are stored.
        options.setdefault("max_length", None)
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> UploadedFile | None:
        upload = super().clean(data, initial)
        if isinstance(upload, UploadedFile) and (upload.size or 0) > types.DOCUMENT_LIMIT:
            raise ValidationError(self.error_messages["large"], code="large")
        return upload


class PhotosInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotoField(forms.FileField):
    """Up to ten photos, each already washed: a list of `images.Washed` for `Photo.objects.store`."""

    widget = PhotosInput(attrs={"accept": PHOTO_ACCEPT})
    default_error_messages = {
        "many": ngettext_lazy(
            "At most %(most)d photo at a time.", "At most %(most)d photos at a time.", "most"
        ),
    }

    def __init__(self, *, most: int = MOST_PHOTOS, **options: Any) -> None:
        self.most = most
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> list[images.Washed]:
        uploads = [upload for upload in (data if isinstance(data, list | tuple) else [data]) if upload]
        if not uploads:
            super().clean(None, initial)
            return []
        if len(uploads) > self.most:
            raise ValidationError(self.error_messages["many"], code="many", params={"most": self.most})
        washed, errors = [], []
        for upload in uploads:
            try:
                washed.append(images.wash(upload, upload.size))
            except Refused as refusal:
                errors.append(ValidationError(str(refusal), code="refused"))
        if errors:
            raise ValidationError(errors)
        return washed


class PhotoAnswersForm(forms.Form):
    """The questions to be answered for the people in a photo; nothing is chosen beforehand."""

    CHOICES = [("", _("Not answered")), ("yes", _("Yes")), ("no", _("No"))]

    def __init__(self, *args: Any, photo: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in photo.QUESTIONS:
            answer = getattr(photo, name)
            self.fields[name] = forms.TypedChoiceField(
                label=photo._meta.get_field(name).verbose_name,
                choices=self.CHOICES,
                coerce=lambda value: value == "yes",
                empty_value=None,
                required=False,
                initial={True: "yes", False: "no"}.get(answer, ""),
            )

    def answers(self) -> dict[str, bool | None]:
        """What was answered, for `Photo.answer`."""
        return dict(self.cleaned_data)
