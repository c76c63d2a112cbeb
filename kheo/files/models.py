"""What people hand in: documents and photos, with who may see them and whether they may be published.

Bytes are kept once, by their hash (`storage`); rows here say whose they are. A file belongs to the record
it was handed in with, and that record's room decides who may see it (`owners`).
"""

import uuid
from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.audit.models import Entry, record
from kheo.lib.periods import BEGINNING, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc

from . import images, owners, storage, types


class BlobQuerySet(models.QuerySet["Blob"]):
    def unneeded(self) -> "BlobQuerySet":
        """Still on the disk although no living row has this content."""
        same = {"blob": models.OuterRef("pk"), "erased_at": None}
        found = self.filter(~models.Exists(Attachment.objects.filter(**same)), gone=False)
        for copy in ("full", "web", "thumb"):
            living = Photo.objects.filter(**{copy: models.OuterRef("pk"), "erased_at": None})
            found = found.filter(~models.Exists(living))
        return found


class Blob(models.Model):
    """Bytes on the disk, once for each content. The row is also the lock under which they come and go."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    gone = models.BooleanField(default=False)
    # The archive of a year that holds the bytes since they were put away; `gone` holds then as well.
    kept_in = models.CharField(max_length=100, blank=True, default="")

    objects = BlobQuerySet.as_manager()

    def __str__(self) -> str:
        return self.sha256

    @classmethod
    def keep(cls, incoming: storage.Incoming) -> "Blob":
        """Put the bytes in their place and answer their row; the row exists only once the bytes are safe.

        Must run inside a transaction: the row stays locked to its end, so that no erasure of the same
        content can take the bytes away in between.
        """
        cls.objects.bulk_create([cls(sha256=incoming.sha256, size=incoming.size)], ignore_conflicts=True)
        blob = cls.objects.select_for_update().get(pk=incoming.sha256)
        incoming.place()
        if blob.gone:
            blob.gone, blob.kept_in = False, ""
            blob.save(update_fields=["gone", "kept_in"])
        return blob

    @classmethod
    def put_away(
        cls, contents: Collection[str], archive: str, may_go: Callable[[Collection[str]], Collection[str]]
    ) -> int:
        """Take bytes off the disk that lie, proven, in the archive of this name. Answers how many went.

        `may_go` narrows the hashes to those nothing else needs; it is asked while the rows are locked, so
        that nobody can begin to need one meanwhile. Bytes that had already left the disk when a run was
        broken off are written down all the same.
        """
        with transaction.atomic():
            locked = cls.objects.select_for_update().filter(pk__in=list(contents), gone=False).order_by("pk")
            going = list(may_go([blob.pk for blob in locked]))
            for sha256 in going:
                storage.path_of(sha256).unlink(missing_ok=True)
            return cls.objects.filter(pk__in=going).update(gone=True, kept_in=archive)

    @classmethod
    def release(cls, sha256: str) -> bool:
        """Remove the bytes if no living row needs them any more. Answers whether they are gone."""
        with transaction.atomic():
            blob = cls.objects.select_for_update().get(pk=sha256)
            if not cls.objects.unneeded().filter(pk=sha256).exists():
                return False
            storage.path_of(sha256).unlink(missing_ok=True)
            blob.gone = True
            blob.save(update_fields=["gone"])
        return True


class KeptQuerySet(models.QuerySet[Any]):
    def of(self, owner: models.Model) -> "KeptQuerySet":
        """What was handed in with this record and is neither withdrawn nor erased."""
        return self.standing().filter(owner_type=owner._meta.label_lower, owner_id=str(owner.pk))

    def standing(self) -> "KeptQuerySet":
        return self.filter(withdrawn_at=None, erased_at=None)


class Kept(models.Model):
    """What documents and photos have in common: an unguessable key, an owner, an uploader, an end."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The record it belongs to, by label and id: owners live in rooms above. Empty until it is given away.
    owner_type = models.CharField(max_length=80, blank=True)
    owner_id = models.CharField(max_length=40, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_reason = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    erased_reason = models.TextField(blank=True)

    # What an erasure by right leaves empty, and what stands there afterwards.
    personal: ClassVar[dict[str, Any]] = {}

    class Meta:
        abstract = True

    @property
    def standing(self) -> bool:
        return self.withdrawn_at is None and self.erased_at is None

    def may_be_seen_by(self, user: Any) -> bool:
        """By those who may see the record it belongs to; before it belongs to one, by its uploader alone."""
        if self.erased_at:
            return False
        if not self.owner_type:
            return bool(user and user.is_authenticated and user.pk == self.uploaded_by_id)
        return owners.may_see(user, self.owner_type, self.owner_id)

    def belong_to(self, owner: models.Model) -> None:
        """Give the file to the record it was handed in with. It is given once; it never changes hands."""
        label, pk = owner._meta.label_lower, str(owner.pk)
        if not owners.known(label):
            raise LookupError(
                f"{label} is not registered as an owner of files (files.owners.register_owner)."
            )
        given = (
            type(self)
            ._default_manager.filter(pk=self.pk, owner_type="")
            .update(owner_type=label, owner_id=pk)
        )
        if not given:
            self.refresh_from_db(fields=["owner_type", "owner_id"])
            if (self.owner_type, self.owner_id) != (label, pk):
                raise Refused(_("This file already belongs to another record. Upload it again here."))
        self.owner_type, self.owner_id = label, pk

    def withdraw(self, by: Any, reason: str) -> None:
        """Take it out of use; it stays readable to those who may see the record."""
        if not reason.strip():
            raise Refused(_("Say why the file is withdrawn."))
        with transaction.atomic():
            now, user = timezone.now(), _user(by)
            changed = (
                type(self)
                ._default_manager.filter(pk=self.pk, withdrawn_at=None, erased_at=None)
                .update(withdrawn_at=now, withdrawn_by=user, withdrawn_reason=nfc(reason))
            )
            if changed != 1:
                raise FasterColleague(_("Somebody else has already withdrawn this file."))
            record(self, "withdrawn", by=by, reason=nfc(reason))
        self.withdrawn_at, self.withdrawn_by, self.withdrawn_reason = now, user, nfc(reason)

    def erase(self, by: Any, reason: str) -> None:
        """Erase by right: bytes, names and words go; that it was here, who erased it, when and why stays.

        The bytes leave the disk when the transaction is committed, unless another living row has the
        same content.
        """
        if not reason.strip():
            raise Refused(_("Say on what basis the file is erased."))
        with transaction.atomic():
            now, user = timezone.now(), _user(by)
            changed = (
                type(self)
                ._default_manager.filter(pk=self.pk, erased_at=None)
                .update(erased_at=now, erased_by=user, erased_reason=nfc(reason), **self.personal)
            )
            if changed != 1:
                raise FasterColleague(_("Somebody else has already erased this file."))
            self.erased_at, self.erased_by, self.erased_reason = now, user, nfc(reason)
            for field, value in self.personal.items():
                setattr(self, field, value)
            Entry.objects.about(self).erase_words()
            record(self, "erased", by=by, reason=nfc(reason))
            for sha256 in self.contents():
                transaction.on_commit(partial(Blob.release, sha256))

    def contents(self) -> Iterator[str]:
        """The hashes of the bytes this row needs."""
        raise NotImplementedError


class AttachmentQuerySet(KeptQuerySet):
    def store(
        self, upload: File, *, by: Any = None, kind: str = "", note: str = "", owner: Any = None
    ) -> "Attachment":
        """Keep an uploaded document. Refuses what is no document of an office, with a sentence.

        `by` is a post or a user. Pictures are kept as `images` washes them, without what the camera
        wrote into them. Bytes are copied and checked before the transaction that writes the row.
        """
        name = types.clean_name(upload.name)
        with storage.incoming(upload, limit=types.DOCUMENT_LIMIT) as received:
            media_type = types.document_type(received.path, name)
            if media_type in types.PICTURES:
                with received.path.open("rb") as file:
                    washed = images.wash(file, received.size)
                with storage.incoming_bytes(washed.full) as clean:
                    name = str(Path(name).with_suffix(".jpg"))
                    return self._write(clean, by, owner, name, "image/jpeg", kind, note)
            return self._write(received, by, owner, name, media_type, kind, note)

    def _write(
        self,
        incoming: storage.Incoming,
        by: Any,
        owner: Any,
        name: str,
        media_type: str,
        kind: str,
        note: str,
    ) -> "Attachment":
        with transaction.atomic():
            attachment: Attachment = self.create(
                blob=Blob.keep(incoming),
                name=name,
                media_type=media_type,
                kind=kind,
                note=nfc(note),
                uploaded_by=_user(by),
            )
            if owner is not None:
                attachment.belong_to(owner)
            record(attachment, "uploaded", by=by)
        return attachment


class Attachment(Kept):
    """A document as it was handed in: a directive, a signed scan, a table."""

    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    # Read from the content; what the browser said is not believed.
    media_type = models.CharField(max_length=100)
    # What it is to its owner, in the owner's words: "signed", "scan", "source".
    kind = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)

    objects = AttachmentQuerySet.as_manager()

    personal: ClassVar[dict[str, Any]] = {"name": "", "note": ""}

    class Meta:
        indexes = [models.Index(fields=["owner_type", "owner_id"], name="files_attachment_owner")]

    def __str__(self) -> str:
        return self.name or _("erased file")

    @property
    def size(self) -> int:
        """In bytes."""
        return self.blob.size

    @property
    def sha256(self) -> str:
        return self.blob_id

    def open(self) -> File:
        """The content for reading, in binary."""
        return File(storage.path_of(self.blob_id).open("rb"), self.name)

    def contents(self) -> Iterator[str]:
        yield self.blob_id


class PhotoQuerySet(KeptQuerySet):
    def store(
        self,
        upload: "File | images.Washed",
        *,
        by: Any = None,
        owner: Any = None,
        author: str = "",
        caption: str = "",
        alt: str = "",
        taken_on: date | None = None,
    ) -> "Photo":
        """Keep a photo: three washed copies of it, never the file that was received.

        `upload` is a file, or what `forms.PhotoField` has already made of it; pass the latter inside a
        transaction, because washing takes up to a second. Without `taken_on` the camera's day is kept.
        """
        if not isinstance(upload, images.Washed):
            upload = images.wash(upload, upload.size)
        with (
            storage.incoming_bytes(upload.full) as full,
            storage.incoming_bytes(upload.web) as web,
            storage.incoming_bytes(upload.thumb) as thumb,
            transaction.atomic(),
        ):
            # In the order of their hashes: two uploads of one picture lock their rows in the same order.
            blobs = {i.sha256: Blob.keep(i) for i in sorted((full, web, thumb), key=lambda i: i.sha256)}
            photo: Photo = self.create(
                full=blobs[full.sha256],
                web=blobs[web.sha256],
                thumb=blobs[thumb.sha256],
                width=upload.width,
                height=upload.height,
                received_sha256=upload.received_sha256,
                author=nfc(author),
                caption=nfc(caption),
                alt=nfc(alt),
                taken_on=taken_on or upload.taken_on or BEGINNING,
                uploaded_by=_user(by),
            )
            if owner is not None:
                photo.belong_to(owner)
            record(photo, "uploaded", by=by)
        return photo

    def again(self, photo: "Photo", *, by: Any) -> "Photo":
        """The same picture once more, for another record: its bytes are shared, its words and answers new."""
        with transaction.atomic():
            blobs = Blob.objects.select_for_update().filter(pk__in=list(photo.contents())).order_by("pk")
            if away := next((blob.kept_in for blob in blobs if blob.kept_in), ""):
                raise Refused(in_archive(away))
            if photo.erased_at is not None or any(blob.gone for blob in blobs):
                raise Refused(_("This photo was erased. Take it out, or send another one."))
            made: Photo = self.create(
                full_id=photo.full_id,
                web_id=photo.web_id,
                thumb_id=photo.thumb_id,
                width=photo.width,
                height=photo.height,
                received_sha256=photo.received_sha256,
                uploaded_by=_user(by),
            )
            record(made, "uploaded", by=by)
        return made


class Photo(Kept):
    """A photo. It stays inside until someone has answered for the people in it (`answer`, `publishable`)."""

    QUESTIONS = (
        "public_activity",
        "recognisable_people",
        "children",
        "told_or_agreed",
        "child_consent",
        "guardian_consent",
    )

    full = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    web = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    thumb = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    # Pixels of the full copy.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    # Of the file as it was received and not kept: by it the same photo sent twice is known.
    received_sha256 = models.CharField(max_length=64, db_index=True)
    author = models.CharField(gettext_lazy("photographer"), max_length=120, blank=True)
    caption = models.TextField(gettext_lazy("caption"), max_length=10_000, blank=True)
    alt = models.CharField(gettext_lazy("what can be seen"), max_length=300, blank=True)
    # BEGINNING when nobody has said and the camera did not know.
    taken_on = models.DateField(gettext_lazy("taken on"), default=BEGINNING)

    public_activity = models.BooleanField(gettext_lazy("Was it a public activity?"), null=True)
    recognisable_people = models.BooleanField(gettext_lazy("Can people be recognised?"), null=True)
    children = models.BooleanField(gettext_lazy("Are there children in it?"), null=True)
    told_or_agreed = models.BooleanField(
        gettext_lazy("Were the people told (at a public activity), or did they agree (elsewhere)?"), null=True
    )
    child_consent = models.BooleanField(gettext_lazy("Did the child agree?"), null=True)
    guardian_consent = models.BooleanField(
        gettext_lazy("Did the child's parent or guardian agree?"), null=True
    )

    objects = PhotoQuerySet.as_manager()

    personal: ClassVar[dict[str, Any]] = {
        "author": "",
        "caption": "",
        "alt": "",
        "taken_on": BEGINNING,
        "received_sha256": "",
    }

    class Meta:
        indexes = [models.Index(fields=["owner_type", "owner_id"], name="files_photo_owner")]

    def __str__(self) -> str:
        return self.caption[:80] or _("photo")

    def contents(self) -> Iterator[str]:
        yield from sorted({self.full_id, self.web_id, self.thumb_id})

    def blob_of(self, size: str) -> str:
        """The hash of one of the copies: "full", "web" (1600 px) or "thumb" (400 px)."""
        return {"full": self.full_id, "web": self.web_id, "thumb": self.thumb_id}[size]

    @property
    def archive(self) -> str:
        """The name of the archive that holds its large copies; "" while they are here."""
        return self.web.kept_in or self.full.kept_in

    @property
    def place_in_archive(self) -> str:
        """The name of its full copy inside that file, for whoever takes it out with tar."""
        return f"uploads/{self.full_id[:2]}/{self.full_id[2:4]}/{self.full_id}"

    def publishable(self) -> tuple[bool, str]:
        """Whether the public may see it, and the sentence that says why (not).

        The rules are those of Luật 91/2025/QH15: Art. 32 for pictures from public activities, Art. 24
        for children.
        """
        if self.erased_at or self.withdrawn_at:
            return False, _("The photo was taken back.")
        if None in (self.public_activity, self.recognisable_people, self.children):
            return False, _("Nobody has answered yet for the people in this photo.")
        if not self.recognisable_people:
            return True, _("Nobody can be recognised in this photo.")
        if self.told_or_agreed is None:
            return False, _("Nobody has answered yet for the people in this photo.")
        if self.children and not (self.child_consent and self.guardian_consent):
            return False, _("A child can be recognised: both the child and a parent or guardian must agree.")
        if not self.told_or_agreed and self.public_activity:
            return False, _("The people at the activity were not told that photos are taken.")
        if not self.told_or_agreed:
            return False, _("People can be recognised, it was no public activity, and they have not agreed.")
        return True, _("The people in this photo were told or have agreed.")

    def answer(self, by: Any, **answers: bool | None) -> None:
        """Answer for the people in the photo; None takes an answer back. See QUESTIONS for the names."""
        if unknown := set(answers) - set(self.QUESTIONS):
            raise TypeError(f"No such question: {sorted(unknown)}")
        with transaction.atomic():
            photo = Photo.objects.select_for_update().get(pk=self.pk)
            if not photo.standing:
                raise Refused(_("The photo was taken back; there is nothing left to answer."))
            changes = {name: [getattr(photo, name), value] for name, value in answers.items()}
            changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
            if changes:
                Photo.objects.filter(pk=self.pk).update(**{name: pair[1] for name, pair in changes.items()})
                record(self, "photo_answered", by=by, changes=changes)
        for name, value in answers.items():
            setattr(self, name, value)

    def describe(
        self, by: Any, *, author: str, caption: str, alt: str = "", taken_on: date | None = None
    ) -> None:
        """Say who took it, what it shows and when."""
        if taken_on and taken_on > today():
            raise Refused(_("A photo cannot have been taken in the future. Check the date."))
        words = {
            "author": nfc(author),
            "caption": nfc(caption),
            "alt": nfc(alt),
            "taken_on": taken_on or self.taken_on,
        }
        changed = [name for name, value in words.items() if getattr(self, name) != value]
        if not changed:
            return
        with transaction.atomic():
            if not Photo.objects.standing().filter(pk=self.pk).update(**words):
                raise Refused(_("The photo was taken back; it can no longer be described."))
            # The words may name people: the journal says which changed, not to what.
            record(self, "photo_described", by=by, changes={name: ["…", "…"] for name in changed})
        for name, value in words.items():
            setattr(self, name, value)


def in_archive(archive: str) -> str:
    """Why bytes that were put away are not here, and how they come back."""
    return _(
        "The large copy of this photo lies in the archive %(archive)s. The administrator takes it out "
        "of that file, or brings the whole year back: kheo archive back %(archive)s"
    ) % {"archive": archive}


def _user(by: Any) -> Any:
    return by.user if hasattr(by, "unit_id") else by
