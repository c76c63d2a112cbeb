"""What has come of the photos phones send apart from their texts."""

import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from kheo.files.models import Photo
from kheo.offline.models.deliveries import Delivery, ExpectedPhoto
from kheo.offline.models.phones import Phone


class UploadQuerySet(models.QuerySet["Upload"]):
    def of_content(self, user: Any, sha256: str) -> "UploadQuerySet":
        """This photo, from whichever of the person's phones it came."""
        return self.filter(phone__user=user, sha256=sha256)

    def finished(self) -> "UploadQuerySet":
        return self.filter(finished_at__isnull=False)

    def awaited(self) -> "UploadQuerySet":
        """Those that some delivery of their person names, which became a record or may still become one."""
        named = ExpectedPhoto.objects.filter(
            sha256=models.OuterRef("sha256"),
            delivery__user=models.OuterRef("phone__user"),
            delivery__state__in=[Delivery.State.ACCEPTED, *Delivery.WAITING],
            delivery__emptied_at=None,
        )
        return self.filter(models.Exists(named))

    def to_wash(self) -> "UploadQuerySet":
        """Here whole, named by a delivery, and not yet looked into. The oldest first."""
        return self.finished().filter(washed_at=None, refused="").awaited().order_by("finished_at", "pk")


class Upload(models.Model):
    """One photo on its way from one phone: its bytes as received, until it is washed.

    How far it has come is the length of its file, and nothing else: what is on the disk cannot differ from
    it. Once washed, the photo as received is removed and `photo` holds what may be kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    phone = models.ForeignKey(Phone, on_delete=models.PROTECT, related_name="uploads")
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveIntegerField()
    name = models.CharField(max_length=200, blank=True)
    began_at = models.DateTimeField(default=timezone.now)
    # All bytes are on the disk and have the hash they were announced with.
    finished_at = models.DateTimeField(null=True, blank=True)
    washed_at = models.DateTimeField(null=True, blank=True)
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Why it is no photo that can be kept, in the sender's language.
    refused = models.TextField(blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["phone", "sha256"], name="upload_once_a_phone")]
        indexes = [
            models.Index(
                fields=["finished_at", "id"],
                condition=models.Q(finished_at__isnull=False, washed_at=None, refused=""),
                name="upload_to_wash",
            ),
            models.Index(fields=["sha256"], name="upload_content"),
        ]

    def __str__(self) -> str:
        return self.name or self.sha256[:12]

    @property
    def path(self) -> Path:
        """Where its bytes lie until it is washed; no part of the name comes from the phone but its hash."""
        return folder_of(self.phone_id) / self.sha256


def folder_of(phone: uuid.UUID) -> Path:
    return Path(settings.MEDIA_ROOT) / "phones" / phone.hex
