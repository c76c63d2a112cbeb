"""A bucket that speaks S3, played by moto: sent in parts, read again, kept by rule, refused in a sentence."""

import io
import random
import uuid

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from django.core.management import CommandError, call_command
from django.db import connection
from moto import mock_aws

from kheo.lib.refusals import Refused
from kheo.upkeep import backing_up, restoring
from kheo.upkeep.address import Address
from kheo.upkeep.destinations import destination
from kheo.upkeep.models import Backup
from kheo.upkeep.tests.office import PASSPHRASE, furnish, upload, uploads_in

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = "s3://phong-luu-tru/kheo"


@pytest.fixture
def office(settings):
    settings.DATA = settings.DATA / uuid.uuid4().hex
    settings.MEDIA_ROOT = settings.DATA / "uploads"
    settings.S3_KEY, settings.S3_SECRET, settings.S3_REGION = "key", "secret", "us-east-1"
    settings.BACKUP_TO = [PLACE]
    with mock_aws():
        furnish()
        yield settings.DATA


@pytest.fixture
def bucket(office):
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="phong-luu-tru")
    return client


def test_it_is_sent_in_parts_and_comes_back(office, bucket, tmp_path):
    for number in range(2):
        upload(random.Random(number).randbytes(20_000_000))
    (result,) = backing_up.back_up(passphrase=PASSPHRASE)
    row = result.backup
    assert row.good, row.sentence
    head = bucket.head_object(Bucket="phong-luu-tru", Key=f"kheo/{row.name}", PartNumber=1)
    assert head["PartsCount"] > 1
    assert head["ContentLength"] == 16 * 1024 * 1024
    listed = destination(PLACE).list()
    assert [(kept.name, kept.size) for kept in listed] == [(row.name, row.size)]
    data = tmp_path / "elsewhere"
    address = Address.read("", data)
    if connection.vendor == "sqlite":
        restoring.restore(destination(PLACE), row.name, data, address, passphrase=PASSPHRASE)
        assert uploads_in(data) == uploads_in(office)


def test_a_store_that_refuses_is_a_failed_backup_with_its_remedy(office):
    (result,) = backing_up.back_up()
    assert result.backup.outcome == "failed"
    assert "KHEO_BACKUP_TO" in result.backup.sentence


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDenied", "KHEO_S3_SECRET"),
        ("SignatureDoesNotMatch", "KHEO_S3_SECRET"),
        ("SlowDown", "KHEO_S3_ENDPOINT"),
    ],
)
def test_what_the_store_says_becomes_a_sentence(office, bucket, monkeypatch, code, said):
    real = destination(PLACE).client

    def refuse(*args, **rest):
        raise ClientError({"Error": {"Code": code, "Message": code}}, "PutObject")

    def client(self):
        made = real()
        made.upload_fileobj = refuse
        return made

    monkeypatch.setattr("kheo.upkeep.destinations.Bucket.client", client)
    (result,) = backing_up.back_up()
    assert result.backup.outcome == "failed"
    assert said in result.backup.sentence
    assert "secret" not in result.backup.sentence.replace("KHEO_S3_SECRET", "")
    assert not destination(PLACE).list()


def test_no_answer_at_all_is_a_sentence(office):
    with pytest.raises(Refused, match="KHEO_S3_ENDPOINT"), destination(PLACE).asking():
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")


def test_a_backup_that_breaks_off_leaves_nothing_in_the_store(office, bucket, monkeypatch):
    def broken(self, sha256, size, path):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("kheo.upkeep.archive.Writer.upload", broken)
    (result,) = backing_up.back_up()
    assert result.backup.outcome == "failed"
    assert not destination(PLACE).list()
    assert not bucket.list_multipart_uploads(Bucket="phong-luu-tru").get("Uploads")


def test_by_rule_in_the_store_too_and_only_what_is_ours(office, bucket, settings):
    settings.BACKUP_KEEP = "1 daily"
    bucket.put_object(Bucket="phong-luu-tru", Key="kheo/kheo-20200101-000000.tar", Body=b"of somebody else")
    bucket.put_object(Bucket="phong-luu-tru", Key="kheo/photo.jpg", Body=b"x")
    backing_up.every_night()
    backing_up.every_night()
    left = {each["Key"] for each in bucket.list_objects_v2(Bucket="phong-luu-tru")["Contents"]}
    newest = Backup.objects.latest("id").name
    assert left == {"kheo/kheo-20200101-000000.tar", "kheo/photo.jpg", f"kheo/{newest}"}


def test_the_commands_take_an_address_in_the_store(office, bucket):
    out = io.StringIO()
    call_command("backup", to=[PLACE], stdout=out)
    name = Backup.objects.get().name
    call_command("backup", "verify", f"{PLACE}/{name}", stdout=out)
    assert "nguyên vẹn" in out.getvalue()
    with pytest.raises(CommandError, match=r"kheo-….tar"):
        call_command("backup", "verify", "s3://phong-luu-tru")
    with pytest.raises(CommandError, match="Không có bản sao lưu"):
        call_command("backup", "verify", f"{PLACE}/kheo-20200101-000000.tar")
