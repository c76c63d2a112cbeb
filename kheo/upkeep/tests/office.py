"""A small installation in a folder of its own: people, a directive's photo, a journal, a secret key."""

import hashlib
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from kheo.accounts.models import User
from kheo.audit import models as audit
from kheo.files import storage
from kheo.files.models import Blob
from kheo.upkeep import digests
from kheo.upkeep.address import SQLITE, Address
from kheo.upkeep.digests import Digests

PASSPHRASE = "bốn từ dễ nhớ nhưng dài"


def furnish(files: int = 5) -> list[str]:
    """Accounts, their journal and some uploads; answers the SHA-256 of each."""
    settings.DATA.mkdir(parents=True, exist_ok=True)
    (settings.DATA / "secret-key").write_text("chìa khóa của riêng máy này")
    for name, full_name in (("an", "Phan Thị An"), ("minh", "Lô Văn Minh")):
        user = User.objects.create_user(name, "mat-khau-dai-1", full_name=full_name)
        audit.record(user, "created", changes={"full_name": [None, full_name], "share": [1.5, 2.0]})
    return [upload(f"ảnh số {number} của bản Suối".encode() * (number * 700 + 1)) for number in range(files)]


def upload(content: bytes) -> str:
    with storage.incoming_bytes(content) as incoming, transaction.atomic():
        return Blob.keep(incoming).sha256


def digests_now() -> Digests:
    return digests_of(Address.of_settings(connection.settings_dict))


def digests_of(address: Address) -> Digests:
    if address.engine == SQLITE:
        assert address.path
        return digests.of_sqlite(address.path)
    with closing(address.connect()) as other:
        return digests.of_postgresql(other)


def uploads_in(data: Path) -> dict[str, str]:
    """Each upload's place and what its bytes say it is."""
    return {
        path.relative_to(data).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (data / "uploads").rglob("*")
        if path.is_file()
    }


def dying(work: Callable[[], Any], at: int) -> bool:
    """Do the work in a child that dies at its nth call that changes what lies on the disk.

    Answers whether it died; False says that the work came to its end before that.
    """
    connection.close()
    child = os.fork()
    if child == 0:
        calls = 0

        def counted(real: Callable) -> Callable:
            def call(*args: Any, **options: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls == at:
                    os._exit(9)
                return real(*args, **options)

            return call

        try:
            for name in ("replace", "rename", "unlink", "mkdir", "rmdir", "fsync"):
                setattr(os, name, counted(getattr(os, name)))
            work()
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(2)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9), f"The work failed in the child: {code}"
    return code == 9
