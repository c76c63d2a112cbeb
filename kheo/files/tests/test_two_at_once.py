"""Two people hand in the same file at the same moment, while a third has it erased."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from kheo.files import storage
from kheo.files.models import Attachment, Blob

from .cast import person

CONTENT = b"%PDF- signed decision"


@pytest.mark.django_db(transaction=True)
def test_nobody_s_bytes_get_lost():
    minh = person("minh")

    def store(number: int) -> None:
        try:
            attachment = Attachment.objects.store(ContentFile(CONTENT, f"{number}.pdf"), by=minh)
            if number % 2:
                attachment.erase(by=minh, reason="Nhầm")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store, range(12)))
    assert Attachment.objects.filter(erased_at=None).count() == 6
    blob = Blob.objects.get()
    assert not blob.gone
    assert storage.path_of(blob.sha256).read_bytes() == CONTENT
