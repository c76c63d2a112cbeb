"""What people see of a year in its archive: the administrator its files, everybody where the rest lies."""

from datetime import UTC, datetime

import pytest
from django.db import models
from django.urls import reverse
from django.utils import timezone

from kheo.fieldwork.models import FieldReport
from kheo.tests.test_archive import archived, back, disks, first_report, office, people
from kheo.upkeep.models import ArchiveCopy

pytestmark = pytest.mark.browser

__all__ = ["disks", "office", "people"]


def test_pages_hold_to_the_rules(people, disks, sign_in, visit_all):
    system, journal = reverse("backups"), "/nhat-ky/"
    sign_in(people.world.an)
    visit_all([system])
    made = first_report()
    row = archived(disks)
    models.QuerySet(FieldReport).update(created=datetime(row.year, 7, 5, tzinfo=UTC))
    photo = made.photos().first()
    ArchiveCopy.objects.filter(place=str(disks[1])).update(
        sentence="Tệp bị cắt dọc đường.", verified_at=timezone.now()
    )
    visit_all([system, reverse("upkeep_status"), journal])
    sign_in(people.minh.user)
    visit_all([made.get_absolute_url(), reverse("report_photo", args=[photo.key])])
    back(row, disks[0])
    sign_in(people.world.an)
    visit_all([system])
