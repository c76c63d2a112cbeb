"""The internal authority: HTTPS for a name that no public authority knows.

    data/authority/root.pem, root.key    the authority, in the data folder, so that a backup holds it
    tls/cert.pem, key.pem                what the web server shows, beside the settings

The authority may vouch for the one host name only (name constraints), so a stolen key opens nobody's bank.
A certificate is valid for 396 days, because browsers distrust longer ones, and renewed 45 days before.
"""

import ipaddress
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused

ROOT_YEARS = 10
LEAF_DAYS = 396
RENEW_DAYS = 45
NAME = "Khéo"


def ensure(folder: Path, host: str, *, tls: Path | None = None, now: datetime | None = None) -> list[str]:
    """Make what is missing, renew what ends; answers what was done: "root", "leaf".

    A new host name outside what the authority may vouch for takes a new authority, which phones must be given
    anew. The old one is kept aside.
    """
    now = now or datetime.now(UTC)
    done = []
    root_file, root_key_file = folder / "authority" / "root.pem", folder / "authority" / "root.key"
    root, root_key = _pair(root_file, root_key_file)
    if root is None or root_key is None or not _vouches_for(root, host) or root.not_valid_after_utc <= now:
        if root_file.exists():
            root_file.replace(root_file.with_suffix(f".before-{now:%Y%m%d%H%M%S}.pem"))
        root, root_key = _make_root(host, now)
        # The key first: a certificate without its key would be taken for a whole authority.
        write(root_key_file, _key_bytes(root_key), 0o600)
        write(root_file, root.public_bytes(serialization.Encoding.PEM), 0o644)
        done.append("root")
    tls = tls or folder / "tls"
    leaf_file, leaf_key_file = tls / "cert.pem", tls / "key.pem"
    leaf, leaf_key = _pair(leaf_file, leaf_key_file)
    if (
        leaf is None
        or leaf_key is None
        or leaf.issuer != root.subject
        or not covers(leaf, host)
        or leaf.not_valid_after_utc - now < timedelta(days=RENEW_DAYS)
    ):
        leaf, leaf_key = _make_leaf(host, root, root_key, now)
        write(leaf_key_file, _key_bytes(leaf_key), 0o600)
        write(leaf_file, leaf.public_bytes(serialization.Encoding.PEM), 0o644)
        done.append("leaf")
    return done


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 in pairs, as phones show it: 3F A1 …"""
    return certificate.fingerprint(hashes.SHA256()).hex(" ").upper()


def load(path: str | Path) -> x509.Certificate:
    """The first certificate of a PEM file; Refused when it is none."""
    try:
        return x509.load_pem_x509_certificate(Path(path).read_bytes())
    except FileNotFoundError:
        raise Refused(_("There is no file %(path)s.") % {"path": path})
    except PermissionError:
        raise Refused(_("%(path)s cannot be read by this user.") % {"path": path})
    except ValueError:
        raise Refused(
            _("%(path)s is no certificate in PEM form (it begins with -----BEGIN CERTIFICATE-----).")
            % {"path": path}
        )


def trouble_with(certificate: Path, key: Path, host: str, now: datetime | None = None) -> None:
    """Refuse an office's certificate that phones would not take for `host`."""
    now = now or datetime.now(UTC)
    held = load(certificate)
    try:
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except FileNotFoundError:
        raise Refused(_("There is no file %(path)s.") % {"path": key})
    except PermissionError:
        raise Refused(_("%(path)s cannot be read by this user.") % {"path": key})
    except TypeError:
        raise Refused(
            _("The key %(path)s has a passphrase; the web server needs one without.") % {"path": key}
        )
    except ValueError:
        raise Refused(_("%(path)s is no private key in PEM form.") % {"path": key})
    if _public(private.public_key()) != _public(held.public_key()):
        raise Refused(
            _("%(key)s is not the key of %(certificate)s.") % {"key": key, "certificate": certificate}
        )
    if held.not_valid_after_utc <= now:
        raise Refused(
            _("The certificate ended on %(day)s. Ask for a new one.")
            % {"day": f"{held.not_valid_after_utc:%d/%m/%Y}"}
        )
    if not covers(held, host):
        raise Refused(
            _("The certificate is not for %(host)s but for %(names)s.")
            % {"host": host, "names": ", ".join(names_of(held)) or "?"}
        )


def names_of(certificate: x509.Certificate) -> list[str]:
    """The host names and addresses a certificate is for."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [
        *names.get_values_for_type(x509.DNSName),
        *(str(each) for each in names.get_values_for_type(x509.IPAddress)),
    ]


def covers(certificate: x509.Certificate, host: str) -> bool:
    for name in names_of(certificate):
        if name.lower() == host.lower():
            return True
        if name.startswith("*.") and host.lower().partition(".")[2] == name[2:].lower():
            return True
    return False


def write(path: Path, content: bytes, mode: int) -> None:
    """Put a file in place whole, with its rights from the first moment on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with open(fresh, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def _make_root(host: str, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    # A number in the name tells this authority from one made before it, also in a phone's list.
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, NAME),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{NAME} {host[:40]} {secrets.token_hex(2)}"),
        ]
    )
    permitted, excluded = _limits(host)
    # Not marked critical: an old phone that does not know the limit would refuse the whole authority.
    certificate = (
        _begin(name, name, key.public_key(), now, timedelta(days=365 * ROOT_YEARS + 2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.NameConstraints(permitted, excluded), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _make_leaf(
    host: str, root: x509.Certificate, root_key: ec.EllipticCurvePrivateKey, now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    address = _address(host)
    named = x509.IPAddress(address) if address else x509.DNSName(host)
    # Not the host: OpenSSL takes an address that stands here for a forbidden name.
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{NAME} (máy chủ)")])
    certificate = (
        _begin(subject, root.subject, key.public_key(), now, timedelta(days=LEAF_DAYS))
        .add_extension(x509.SubjectAlternativeName([named]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    return certificate, key


def _begin(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    span: timedelta,
) -> x509.CertificateBuilder:
    # A phone's clock may be behind by a little.
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + span)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _limits(host: str) -> tuple[list[x509.GeneralName], list[x509.GeneralName] | None]:
    """What the authority may vouch for: this name or this address, and nothing of the other kind."""
    everything = [
        x509.IPAddress(ipaddress.ip_network("0.0.0.0/0")),
        x509.IPAddress(ipaddress.ip_network("::/0")),
    ]
    address = _address(host)
    if address is None:
        return [x509.DNSName(host)], list(everything)
    # A subtree of names that can't exist shuts all names out: an empty one is read in different ways.
    return [x509.IPAddress(ipaddress.ip_network(address)), x509.DNSName("invalid")], None


def _vouches_for(root: x509.Certificate, host: str) -> bool:
    try:
        limits = root.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return True
    address = _address(host)
    for permitted in limits.permitted_subtrees or []:
        if address is None and isinstance(permitted, x509.DNSName):
            if host == permitted.value or host.endswith("." + permitted.value):
                return True
        elif address is not None and isinstance(permitted, x509.IPAddress):
            return address in permitted.value  # type: ignore[operator]
    return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _pair(certificate: Path, key: Path) -> tuple[x509.Certificate | None, ec.EllipticCurvePrivateKey | None]:
    """A certificate with its key, or (None, None) where either is missing, torn or another's."""
    try:
        held = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError):
        return None, None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or _public(private.public_key()) != _public(
        held.public_key()
    ):
        return None, None
    return held, private


def _public(key: object) -> bytes:
    return key.public_bytes(  # type: ignore[attr-defined, no-any-return]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
