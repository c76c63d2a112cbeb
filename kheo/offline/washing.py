"""Behind the request: photos of phones are washed, then join the record they belong to.

Until then nobody sees them, and afterwards the file as received is gone. What cannot be washed is told to
whoever sent it, in a sentence; the report it came with stands.
"""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from kheo.fieldwork.forms import FieldReportForm
from kheo.fieldwork.models import FieldReport
from kheo.files import images
from kheo.files.models import Photo
from kheo.lib.periods import BEGINNING, today
from kheo.lib.refusals import Refused
from kheo.offline.models import Delivery, ExpectedPhoto, Phone, Upload
from kheo.offline.models.uploads import folder_of
from kheo.ui.forms import VietnameseDateField

log = logging.getLogger(__name__)
AT_ONCE = 50
# Rows of what is washed and attached long since serve nothing any more.
ROWS_KEPT = timedelta(days=90)


def soon() -> None:
    """Ask the worker to look for photos, unless it has been asked and has not begun. After the commit."""
    # Read when it is needed: a task reads the settings of the worker as soon as it is declared.
    from kheo.offline.tasks import wash_photos

    if not DBTaskResult.objects.ready().filter(task_path=wash_photos.module_path).exists():
        wash_photos.enqueue()


def wash_all() -> int:
    """Wash what has come and attach what can be; answers how many were washed."""
    washed = 0
    tried: set[Any] = set()
    while True:
        waiting = list(Upload.objects.to_wash().exclude(pk__in=tried).select_related("phone__user")[:AT_ONCE])
        for upload in waiting:
            tried.add(upload.pk)
            washed += wash(upload)
        attach_all()
        if not waiting:
            return washed


def wash(upload: Upload) -> bool:
    """One photo: its clean copies are kept, the file as received goes. False where it cannot be."""
    user = upload.phone.user
    with translation.override(user.language):
        try:
            with upload.path.open("rb") as file:
                washed = images.wash(_Named(file, upload.name), upload.size)
        except FileNotFoundError:
            _lost(upload)
            return False
        except Refused as refusal:
            refuse(upload, str(refusal))
            return False
        except (OSError, MemoryError):
            log.exception("The photo %s could not be washed; it is tried again.", upload.pk)
            return False
        if washed.received_sha256 != upload.sha256:
            _lost(upload)
            return False
        with transaction.atomic():
            # The row is the lock: two workers keep one photo.
            if Upload.objects.select_for_update().get(pk=upload.pk).washed_at is None:
                upload.photo = Photo.objects.store(washed, by=user)
                upload.washed_at = timezone.now()
                upload.save(update_fields=["photo", "washed_at"])
    upload.path.unlink(missing_ok=True)
    return True


class _Named:
    """A file with the name people know it by, which sentences about it say."""

    def __init__(self, file: Any, name: str) -> None:
        self.read, self.seek = file.read, file.seek
        self.name = name


def refuse(upload: Upload, sentence: str) -> None:
    """It is no photo that can be kept: whoever sent it is told, and nothing of it stays."""
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(refused=sentence)
        _expected(upload).filter(attached_at=None).update(refused=sentence)
    upload.path.unlink(missing_ok=True)


def _lost(upload: Upload) -> None:
    """The bytes are not on the disk any more, or no longer what they were: the phone is asked again."""
    log.error("The photo %s is missing or damaged on the disk; the phone is asked for it again.", upload.pk)
    upload.path.unlink(missing_ok=True)
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk, washed_at=None).update(finished_at=None)
        _expected(upload).filter(attached_at=None).update(arrived_at=None)


def _expected(upload: Upload) -> Any:
    return ExpectedPhoto.objects.of_content(upload.phone.user, upload.sha256)


# ---- the record ----


def attach_all() -> int:
    """Give every washed photo to the accepted reports that wait for it; answers how many were given."""
    attached = 0
    uploads = Upload.objects.filter(
        Q(photo__isnull=False) | ~Q(refused=""),
        sha256=OuterRef("sha256"),
        phone__user=OuterRef("delivery__user"),
    )
    waiting = (
        ExpectedPhoto.objects.to_attach()
        .filter(refused="")
        .annotate(upload=Subquery(uploads.order_by("pk").values("pk")[:1]))
        .exclude(upload=None)
        .select_related("delivery__user", "delivery__post__unit")
        .order_by("pk")
    )
    for expected in waiting:
        upload = Upload.objects.select_related("photo").get(pk=expected.upload)
        attached += attach(expected, upload)
    return attached


def attach(expected: ExpectedPhoto, upload: Upload) -> bool:
    """The photo joins its report, with the words and answers that were sent with the text."""
    delivery, photo = expected.delivery, upload.photo
    report = delivery.record
    with translation.override(delivery.user.language):
        if not isinstance(report, FieldReport):
            return _cannot(expected, _("What was sent takes no photos."))
        if photo is None:
            return _cannot(expected, upload.refused)
        if photo.erased_at is not None:
            return _cannot(expected, _("This photo was erased by right and is not taken again."))
        said = delivery.content.get("data", {})
        with transaction.atomic():
            mine = ExpectedPhoto.objects.filter(pk=expected.pk, attached_at=None)
            if not mine.update(attached_at=timezone.now()):
                return False
            if report.photos().filter(received_sha256=photo.received_sha256).exists():
                return True
            if photo.owner_type:
                # It is in another report already: the same picture, kept once, with words of its own here.
                photo = Photo.objects.again(photo, by=delivery.post or delivery.user)
            photo.belong_to(report)
            photo.describe(
                delivery.post or delivery.user,
                author=_last(said, "photo_author")[:120],
                caption=_last(said, "photo_caption")[:1000],
                taken_on=_day(said) or expected.taken_on or _camera(photo) or report.happened_on,
            )
            answers = {name: _last(said, f"photo_{name}") for name in FieldReportForm.ANSWERS}
            if given := {name: text == "yes" for name, text in answers.items() if text}:
                photo.answer(delivery.post or delivery.user, **given)
    return True


def _cannot(expected: ExpectedPhoto, sentence: str) -> bool:
    ExpectedPhoto.objects.filter(pk=expected.pk).update(refused=sentence)
    return False


def _last(said: dict[str, list[str]], name: str) -> str:
    return (said.get(name) or [""])[-1].strip()


def _day(said: dict[str, list[str]]) -> Any:
    try:
        day = VietnameseDateField(required=False).clean(_last(said, "photo_on"))
    except ValueError:
        return None
    return day if day and day <= today() else None


def _camera(photo: Photo) -> Any:
    return None if photo.taken_on == BEGINNING else photo.taken_on


def forget(delivery: Delivery, *, by: Any, reason: str) -> None:
    """What was delivered was erased by right: so are its photos, unless another delivery has them too.

    Inside the transaction that erases it. Photos of a record are erased with the record.
    """
    hashes = list(delivery.photos.values_list("sha256", flat=True))
    left = Upload.objects.filter(phone__user=delivery.user_id, sha256__in=hashes)
    for upload in left.exclude(pk__in=Upload.objects.awaited().values("pk")).select_related("photo"):
        _forget(upload, by=by, reason=reason)


def _forget(upload: Upload, *, by: Any, reason: str) -> None:
    photo, path = upload.photo, upload.path
    upload.delete()
    if photo is not None and not photo.owner_type and photo.erased_at is None:
        photo.erase(by, reason)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


# ---- every night ----


def every_night() -> str | None:
    """Wash what was left over; forget uploads that were never finished or that nothing waits for."""
    wash_all()
    before = timezone.now() - timedelta(days=settings.PHONE_KEPT_DAYS)
    forgotten = 0
    awaited = Upload.objects.awaited().values("pk")
    nobodys = Q(washed_at=None) | Q(photo__owner_type="")
    left = Upload.objects.filter(nobodys, began_at__lt=before).exclude(pk__in=awaited)
    for upload in left.select_related("photo"):
        with transaction.atomic():
            _forget(upload, by=None, reason=_("It belongs to nothing that was handed in."))
        forgotten += 1
    waiting = ExpectedPhoto.objects.filter(attached_at=None, refused="").values("sha256")
    Upload.objects.filter(washed_at__lt=timezone.now() - ROWS_KEPT).exclude(sha256__in=waiting).delete()
    forgotten += _sweep(before.timestamp())
    return (
        _("%(number)d unfinished photos of phones forgotten.") % {"number": forgotten} if forgotten else None
    )


def _sweep(before: float) -> int:
    """Files whose row is gone, or was never written because the connection broke at once."""
    swept = 0
    for phone in Phone.objects.order_by().values_list("pk", flat=True).iterator():
        folder = folder_of(phone)
        if not folder.is_dir():
            continue
        known = set(Upload.objects.filter(phone=phone).values_list("sha256", flat=True))
        for path in list(folder.iterdir()):
            if path.name not in known and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                swept += 1
    return swept
