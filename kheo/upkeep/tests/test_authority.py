"""The internal authority: made once, renewed in time, limited to the office's own name."""

import stat
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from kheo.lib.refusals import Refused
from kheo.upkeep import authority

HOST = "kheo.nghean.example"


def verified(folder, host, leaf=None):
    """Whether OpenSSL takes the certificate for `host`, trusting the root alone."""
    kind = "-verify_ip" if host[0].isdigit() else "-verify_hostname"
    done = subprocess.run(
        [
            *("openssl", "verify", "-x509_strict", "-CAfile", str(folder / "authority/root.pem"), kind, host),
            str(leaf or folder / "tls/cert.pem"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("host", [HOST, "192.168.1.10"])
def test_it_is_made_once_and_openssl_takes_it(tmp_path, host):
    assert authority.ensure(tmp_path, host) == ["root", "leaf"]
    assert authority.ensure(tmp_path, host) == []
    well, why = verified(tmp_path, host)
    assert well, why
    assert not verified(tmp_path, "10.0.0.1")[0]
    for key in ("authority/root.key", "tls/key.pem"):
        assert stat.S_IMODE((tmp_path / key).stat().st_mode) == 0o600


def test_no_certificate_is_valid_for_longer_than_397_days(tmp_path):
    authority.ensure(tmp_path, HOST)
    leaf = authority.load(tmp_path / "tls/cert.pem")
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)


def test_it_is_renewed_before_its_end_and_the_authority_stays(tmp_path):
    authority.ensure(tmp_path, HOST)
    root = (tmp_path / "authority/root.pem").read_bytes()
    soon = datetime.now(UTC) + timedelta(days=396 - 44)
    assert authority.ensure(tmp_path, HOST, now=soon - timedelta(days=3)) == []
    assert authority.ensure(tmp_path, HOST, now=soon) == ["leaf"]
    assert (tmp_path / "authority/root.pem").read_bytes() == root


@pytest.mark.parametrize("host", [HOST, "192.168.1.10"])
@pytest.mark.parametrize("other", ["mail.example", "10.1.2.3"])
def test_it_can_vouch_for_no_other_name(tmp_path, host, other):
    """Whoever steals the key and signs for another name is not believed."""
    authority.ensure(tmp_path, host)
    root, key = authority._pair(tmp_path / "authority/root.pem", tmp_path / "authority/root.key")
    stolen, _key = authority._make_leaf(other, root, key, datetime.now(UTC))
    (tmp_path / "stolen.pem").write_bytes(stolen.public_bytes(serialization.Encoding.PEM))
    well, why = verified(tmp_path, other, tmp_path / "stolen.pem")
    assert not well
    assert "subtree" in why


def test_a_crash_between_key_and_certificate_is_mended(tmp_path):
    authority.ensure(tmp_path, HOST)
    (tmp_path / "authority/root.pem").unlink()
    assert authority.ensure(tmp_path, HOST) == ["root", "leaf"]
    (tmp_path / "tls/cert.pem").write_bytes(b"-----BEGIN CERT")
    assert authority.ensure(tmp_path, HOST) == ["leaf"]
    assert verified(tmp_path, HOST)[0]


def test_another_name_takes_another_authority_and_keeps_the_old_aside(tmp_path):
    authority.ensure(tmp_path, HOST)
    assert authority.ensure(tmp_path, "kheo.khac.example") == ["root", "leaf"]
    assert len(list((tmp_path / "authority").glob("*.before-*.pem"))) == 1
    assert verified(tmp_path, "kheo.khac.example")[0]


def test_a_certificate_of_the_office_is_looked_at_before_it_is_used(tmp_path):
    authority.ensure(tmp_path, HOST)
    certificate, key = tmp_path / "tls/cert.pem", tmp_path / "tls/key.pem"
    authority.trouble_with(certificate, key, HOST)
    for arguments, word in [
        ((certificate, key, "other.example"), HOST),
        ((certificate, tmp_path / "authority/root.key", HOST), "root.key"),
        ((tmp_path / "none.pem", key, HOST), "none.pem"),
        ((key, key, HOST), "PEM"),
        ((certificate, key, HOST, datetime.now(UTC) + timedelta(days=500)), "/"),
    ]:
        with pytest.raises(Refused) as refused:
            authority.trouble_with(*arguments)
        assert word in str(refused.value)


def test_a_wildcard_covers_one_label():
    name = x509.Name([])
    key = authority.ec.generate_private_key(authority.ec.SECP256R1())
    certificate = (
        authority._begin(name, name, key.public_key(), datetime.now(UTC), timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.nghean.vn")]), critical=False)
        .sign(key, authority.hashes.SHA256())
    )
    assert authority.covers(certificate, "kheo.nghean.vn")
    assert not authority.covers(certificate, "a.kheo.nghean.vn")
