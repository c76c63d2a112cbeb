"""Where backups go: a folder, which should be on a second disk, or a bucket that speaks S3.

Both answer the same questions. What goes wrong becomes a sentence that says what to do.
"""

import errno
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.lib.periods import VIETNAM
from kheo.lib.refusals import Refused

NAME = re.compile(r"kheo-(\d{8}-\d{6})(-database)?(\.sealed)?\.tar")
# Lies in a folder that once took a backup: without it, the disk that should be there is not.
MARK = "kheo-backups-are-here"
PART = ".part"


@dataclass(frozen=True)
class Kept:
    """A backup that lies at a destination."""

    name: str
    size: int

    @property
    def at(self) -> datetime:
        match = NAME.fullmatch(self.name)
        assert match
        return datetime.strptime(match[1], "%Y%m%d-%H%M%S").replace(tzinfo=VIETNAM)


def name_for(at: datetime, *, sealed: bool, database_only: bool = False) -> str:
    """kheo-20261128-013000.tar: the day and time in Vietnam."""
    stamp = at.astimezone(VIETNAM).strftime("%Y%m%d-%H%M%S")
    return f"kheo-{stamp}{'-database' * database_only}{'.sealed' * sealed}.tar"


class Folder:
    remote = False

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def prepare(self, *, known: bool) -> None:
        """Refused unless a backup can be written here. `known`: it has taken one before."""
        if known and not (self.path / MARK).exists():
            raise Refused(
                _(
                    "The backup folder %(path)s is not there. If it is on a second disk, the "
                    "disk is not connected or "
                    "not mounted: connect it (sudo mount -a), then back up again."
                )
                % {"path": self.path}
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / MARK).touch()
            for left in self.path.glob(f".kheo-*{PART}"):
                left.unlink()
        except OSError as error:
            raise self.told(error)

    def told(self, error: OSError) -> Refused:
        """What an error of the disk means for whoever has to mend it."""
        if error.errno in (errno.EACCES, errno.EPERM):
            said = _(
                "Nothing may be written to %(path)s. Give it to Kheo's account: sudo chown kheo %(path)s"
            )
        elif error.errno == errno.EROFS:
            said = _(
                "%(path)s can only be read. Mount the disk for writing, or replace it: a "
                "failing disk does this too."
            )
        elif error.errno in (errno.ENOSPC, errno.EDQUOT):
            said = _("The disk of %(path)s is full. Remove what is not needed there, or take a larger disk.")
        else:
            said = _("%(path)s cannot be written: %(error)s. Look whether the disk is connected and sound.")
        return Refused(said % {"path": self.path, "error": error.strerror or error})

    def free(self) -> int:
        return shutil.disk_usage(self.path).free

    def same_disk_as(self, other: Path) -> bool:
        """Whether one broken disk takes both."""
        try:
            return os.stat(self.path).st_dev == os.stat(other).st_dev
        except OSError:
            return False

    @contextmanager
    def write(self, name: str, expected: int) -> Iterator[IO[bytes]]:
        """A file under its name only when the block ended well and the bytes are on the disk."""
        hidden = self.path / f".{name}{PART}"
        try:
            with open(hidden, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(hidden, self.path / name)
            sync_folder(self.path)
        except OSError as error:
            hidden.unlink(missing_ok=True)
            raise self.told(error) from error
        except BaseException:
            hidden.unlink(missing_ok=True)
            raise

    @contextmanager
    def read(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with open(self.path / name, "rb") as file:
                yield file
        except FileNotFoundError:
            raise Refused(_("There is no backup %(name)s.") % {"name": self.path / name})

    def size(self, name: str) -> int:
        try:
            return (self.path / name).stat().st_size
        except OSError:
            raise Refused(_("There is no backup %(name)s.") % {"name": self.path / name})

    def list(self) -> list[Kept]:
        """Newest first."""
        try:
            found = [
                Kept(path.name, path.stat().st_size)
                for path in self.path.iterdir()
                if NAME.fullmatch(path.name)
            ]
        except OSError:
            return []
        return sorted(found, key=lambda kept: kept.at, reverse=True)

    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)


class Bucket:
    """s3://bucket/prefix, at the address and with the keys that the settings name."""

    remote = True

    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket, self.prefix = bucket, prefix

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name

    def client(self) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=settings.S3_ENDPOINT or None,
            region_name=settings.S3_REGION,
            aws_access_key_id=settings.S3_KEY or None,
            aws_secret_access_key=settings.S3_SECRET or None,
            config=Config(
                retries={"max_attempts": 5, "mode": "standard"}, connect_timeout=20, read_timeout=120
            ),
        )

    @contextmanager
    def asking(self, name: str = "") -> Iterator[Any]:
        """The client; how the store says no becomes a sentence. `name`: the backup that is asked for."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            client = self.client()
        except ValueError as error:
            # Such as an address that is none.
            raise Refused(self.told("", str(error))) from error
        try:
            yield client
        except (ClientError, BotoCoreError, Boto3Error) as error:
            # What goes wrong while a file is sent comes wrapped.
            inner = error if isinstance(error, ClientError) else error.__cause__ or error.__context__
            if not isinstance(inner, ClientError):
                raise Refused(self.told(type(error).__name__, str(error))) from error
            said = inner.response.get("Error", {})
            code = str(said.get("Code", ""))
            if name and code in ("404", "NoSuchKey"):
                raise Refused(_("There is no backup %(name)s.") % {"name": f"{self}/{name}"}) from error
            raise Refused(self.told(code, str(said.get("Message") or code))) from error

    def told(self, code: str, words: str) -> str:
        named = {"place": self, "error": words[:300]}
        if code in ("NoSuchBucket", "404"):
            return (
                _("The store has no bucket for %(place)s. Make the bucket, or correct KHEO_BACKUP_TO.")
                % named
            )
        if code in ("AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden"):
            return (
                _(
                    "The store refused %(place)s: %(error)s. Check KHEO_S3_KEY and "
                    "KHEO_S3_SECRET, and that the key may write there."
                )
                % named
            )
        if code in ("NoCredentialsError", "PartialCredentialsError"):
            return _("%(place)s needs keys: set KHEO_S3_KEY and KHEO_S3_SECRET in the settings file.") % named
        return (
            _(
                "%(place)s could not be reached: %(error)s. Check the line and "
                "KHEO_S3_ENDPOINT; the next night tries again."
            )
            % named
        )

    def prepare(self, *, known: bool) -> None:
        with self.asking() as client:
            client.head_bucket(Bucket=self.bucket)
            # What a killed run left half sent costs money and shows nowhere.
            yesterday = timezone.now() - timedelta(days=1)
            for left in client.list_multipart_uploads(Bucket=self.bucket, Prefix=self.key("kheo-")).get(
                "Uploads", []
            ):
                if left["Initiated"] < yesterday:
                    client.abort_multipart_upload(
                        Bucket=self.bucket, Key=left["Key"], UploadId=left["UploadId"]
                    )

    def free(self) -> int | None:
        return None

    def same_disk_as(self, other: Path) -> bool:
        return False

    @contextmanager
    def write(self, name: str, expected: int) -> Iterator[IO[bytes]]:
        """Sent in parts while it is written, each with its checksum; it appears only when all have come."""
        from boto3.s3.transfer import TransferConfig

        # S3 takes 10,000 parts; two are in memory at a time.
        part = max(16 * 1024 * 1024, expected // 9000)
        sending = TransferConfig(
            multipart_threshold=part, multipart_chunksize=part, max_concurrency=2, max_io_queue=4
        )
        reading, writing = os.pipe()
        failed: list[BaseException] = []
        source = _Stoppable(os.fdopen(reading, "rb"))

        def send() -> None:
            try:
                with self.asking() as client:
                    client.upload_fileobj(
                        source,
                        self.bucket,
                        self.key(name),
                        ExtraArgs={"ChecksumAlgorithm": "SHA256"},
                        Config=sending,
                    )
            except BaseException as error:
                failed.append(error)
            finally:
                source.close()

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        sink = os.fdopen(writing, "wb", buffering=1024 * 1024)
        try:
            yield sink
            sink.close()
        except BaseException as error:
            # Whoever reads the other end must not take what came so far for the whole.
            source.stop = True
            with _quietly():
                sink.close()
            sender.join()
            if failed and isinstance(error, BrokenPipeError):
                raise failed[0] from error
            raise
        sender.join()
        if failed:
            raise failed[0]

    @contextmanager
    def read(self, name: str) -> Iterator[IO[bytes]]:
        with self.asking(name) as client:
            body = client.get_object(Bucket=self.bucket, Key=self.key(name))["Body"]
            try:
                yield body
            finally:
                body.close()

    def size(self, name: str) -> int:
        with self.asking(name) as client:
            return int(client.head_object(Bucket=self.bucket, Key=self.key(name))["ContentLength"])

    def list(self) -> list[Kept]:
        found = []
        with self.asking() as client:
            for page in client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self.key("kheo-")
            ):
                for each in page.get("Contents", []):
                    name = each["Key"].rsplit("/", 1)[-1]
                    if NAME.fullmatch(name) and each["Key"] == self.key(name):
                        found.append(Kept(name, each["Size"]))
        return sorted(found, key=lambda kept: kept.at, reverse=True)

    def remove(self, name: str) -> None:
        with self.asking() as client:
            client.delete_object(Bucket=self.bucket, Key=self.key(name))


class _Stoppable:
    """A stream that fails instead of ending when its writer gave up."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.stop = file, False

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        if self.stop:
            raise ValueError("The backup was broken off.")
        return piece

    def close(self) -> None:
        self.file.close()


@contextmanager
def _quietly() -> Iterator[None]:
    try:
        yield
    except OSError:
        pass


Destination = Folder | Bucket


def destination(text: str) -> Destination:
    """/mnt/second/kheo or s3://bucket/prefix."""
    if text.startswith("s3://"):
        bucket, _slash, prefix = text.removeprefix("s3://").partition("/")
        if not bucket:
            raise Refused(_("A bucket is written s3://bucket/prefix."))
        return Bucket(bucket, prefix.strip("/"))
    if "://" in text:
        raise Refused(_("%(place)s is neither a folder nor s3://bucket/prefix.") % {"place": text})
    return Folder(Path(text).expanduser().resolve())


def located(text: str) -> tuple[Destination, str]:
    """A backup by its address: where it lies and what it is called."""
    if text.startswith("s3://"):
        place, _slash, name = text.rpartition("/")
        if place.count("/") < 2 or not name:
            raise Refused(_("Name the backup itself: s3://bucket/prefix/kheo-….tar"))
        return destination(place), name
    path = Path(text).expanduser().resolve()
    if path.is_dir():
        raise Refused(_("%(path)s is a folder. Name the backup itself: %(path)s/kheo-….tar") % {"path": path})
    return Folder(path.parent), path.name


def chosen() -> list[Destination]:
    """Where the settings send backups; without a setting beside the data, which one broken disk takes too."""
    return [destination(text) for text in settings.BACKUP_TO] or [Folder(settings.DATA / "backups")]


def sync_folder(path: Path) -> None:
    """The names in this folder must survive a power cut as the bytes do."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
