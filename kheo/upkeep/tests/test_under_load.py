"""People go on writing while the backup is made; it holds one moment of their work, whole."""

import sqlite3
import threading
import uuid
from contextlib import closing

import pytest
from django.db import connection, connections, transaction

from kheo.accounts.models import User
from kheo.audit import models as audit
from kheo.upkeep import backing_up, restoring
from kheo.upkeep.address import Address
from kheo.upkeep.destinations import Folder
from kheo.upkeep.tests.office import furnish, upload, uploads_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_belongs_together_is_together(settings):
    """Each writer makes a person and their entry in one transaction, and hands in a file."""
    ground = settings.DATA / uuid.uuid4().hex
    settings.DATA = ground / "data"
    settings.MEDIA_ROOT = settings.DATA / "uploads"
    furnish()
    stop, written, errors = threading.Event(), [0, 0], []

    def write(number: int) -> None:
        try:
            while not stop.is_set():
                name = f"minh{number}x{written[number]}"
                with transaction.atomic():
                    user = User.objects.create(username=name, full_name=name)
                    audit.record(user, "created")
                upload(name.encode() * 500)
                written[number] += 1
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=[number]) for number in range(2)]
    for writer in writers:
        writer.start()
    made = []
    try:
        for _round in range(3):
            before = sum(written)
            (result,) = backing_up.back_up([Folder(ground / "disk")], passphrase="")
            made.append((result.backup, sum(written) - before))
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not errors
    assert all(row.outcome == "made" for row, _meanwhile in made), [row.sentence for row, _ in made]
    # Nobody waited for the whole of it.
    assert any(meanwhile for _row, meanwhile in made)
    assert User.objects.filter(username__startswith="minh").count() >= sum(written)

    if connection.vendor != "sqlite":
        return  # test_restore.py brings a dump back, with the digests of the one moment it was taken in
    for row, _meanwhile in made:
        data = ground / f"of-{row.pk}"
        restoring.restore(Folder(ground / "disk"), row.name, data, Address.read("", data))
        with closing(sqlite3.connect(data / "kheo.sqlite3")) as restored:
            ((people,),) = restored.execute(
                "SELECT count(*) FROM accounts_user WHERE username LIKE 'minh_x%'"
            )
            ((entries,),) = restored.execute(
                "SELECT count(*) FROM audit_entry WHERE object_label LIKE 'minh_x%'"
            )
            blobs = {sha256 for (sha256,) in restored.execute("SELECT sha256 FROM files_blob")}
        assert people == entries
        assert set(uploads_in(data).values()) == blobs
