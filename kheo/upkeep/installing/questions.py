"""The few questions of an installation, from a person or from a file, each answer checked at once."""

import contextlib
import getpass
import ipaddress
import os
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.lib.configuration import KNOWN, parse
from kheo.lib.refusals import Refused

INTERNAL = "internal"
SQLITE, POSTGRES = "sqlite", "postgres"


@dataclass(frozen=True)
class Question:
    """`asked` is False for what has a good answer of its own and is only taken from a file."""

    name: str
    text: Any
    default: Callable[[bool], str]
    check: Callable[[str, Mapping[str, str]], None]
    asked: bool = True
    secret: bool = False


def _host(text: str, rest: Mapping[str, str]) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        pass
    else:
        return
    if not re.fullmatch(
        r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", text
    ):
        raise Refused(
            _("“%(text)s” is no host name or address. Write it like kheo.example.vn or 192.168.1.10.")
            % {"text": text}
        )
    if re.fullmatch(r"[0-9.]+", text):
        raise Refused(_("“%(text)s” is no whole address: it takes four numbers up to 255.") % {"text": text})


def _certificate(text: str, rest: Mapping[str, str]) -> None:
    if text != INTERNAL and not text.startswith("/"):
        raise Refused(
            _("Write “internal”, or the path of the certificate, such as /etc/ssl/kheo/fullchain.pem.")
        )


def _key(text: str, rest: Mapping[str, str]) -> None:
    if rest.get("CERTIFICATE", INTERNAL) == INTERNAL:
        return
    from kheo.upkeep.authority import trouble_with

    if not text.startswith("/"):
        raise Refused(_("Write the path of the certificate's key, such as /etc/ssl/kheo/privkey.pem."))
    trouble_with(Path(rest["CERTIFICATE"]), Path(text), rest["HOST"])


def _full_name(text: str, rest: Mapping[str, str]) -> None:
    if len(text.split()) < 2 or len(text) > 120:
        raise Refused(_("Write the full name, such as Phan Thị An."))


def _user(text: str, rest: Mapping[str, str]) -> None:
    if not re.fullmatch(r"[\w.@+-]{2,60}", text) or text.isdigit():
        raise Refused(_("A user name has 2 to 60 letters, digits or . _ - @ and no spaces."))


def _data(text: str, rest: Mapping[str, str]) -> None:
    if not text.startswith("/") or text.rstrip("/") in ("", "/root", "/home", "/etc", "/usr", "/var", "/tmp"):  # noqa: S108
        raise Refused(_("Write the path of a folder of its own, such as /var/lib/kheo."))


def _database(text: str, rest: Mapping[str, str]) -> None:
    if text in (SQLITE, POSTGRES):
        return
    if KNOWN["KHEO_DATABASE"].check(text) is not None:
        raise Refused(_("Write “sqlite”, “postgres”, or postgres://user:password@host:port/name."))


def _port(text: str, rest: Mapping[str, str]) -> None:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise Refused(_("“%(text)s” is no port: write a number from 1 to 65535.") % {"text": text})
    taken = [name for name in ("HTTPS_PORT", "HTTP_PORT", "PORT") if rest.get(name) == text]
    if taken:
        raise Refused(_("Port %(port)s stands there twice. Each of the three is another.") % {"port": text})


def _language(text: str, rest: Mapping[str, str]) -> None:
    if text not in ("vi", "en"):
        raise Refused(_("Write vi or en."))


def own_address(here: bool = False) -> str:
    """The address by which this machine is found in its network; nothing is sent to learn it."""
    if here:
        return "127.0.0.1"
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    return socket.getfqdn().lower()


QUESTIONS = [
    Question("LANGUAGE", "Ngôn ngữ / Language (vi, en)", lambda here: "vi", _language),
    Question(
        "HOST",
        gettext_lazy("The name or address people will type, such as kheo.example.vn or 192.168.1.10"),
        own_address,
        _host,
    ),
    Question(
        "CERTIFICATE",
        gettext_lazy("The office's certificate (a path), or “internal” for an authority of this machine"),
        lambda here: INTERNAL,
        _certificate,
    ),
    Question("CERTIFICATE_KEY", gettext_lazy("The key of that certificate (a path)"), lambda here: "", _key),
    Question("ADMIN_NAME", gettext_lazy("Full name of the first administrator"), lambda here: "", _full_name),
    Question("ADMIN_USER", gettext_lazy("User name of the first administrator"), lambda here: "", _user),
    Question("DATA", gettext_lazy("The data folder"), lambda here: "/var/lib/kheo", _data),
    Question(
        "DATABASE",
        gettext_lazy("The database: “sqlite”, “postgres” on this machine, or a postgres:// address"),
        lambda here: SQLITE,
        _database,
    ),
    Question("HTTPS_PORT", "", lambda here: "8443" if here else "443", _port, asked=False),
    Question("HTTP_PORT", "", lambda here: "8080" if here else "80", _port, asked=False),
    Question("PORT", "", lambda here: "8000", _port, asked=False),
]
NAMES = [question.name for question in QUESTIONS]


def read(path: Path) -> dict[str, str]:
    """The answers of a file, names checked; Refused where it cannot be read."""
    try:
        found = parse(path.read_text(encoding="utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError):
        raise Refused(_("The file of answers %(path)s cannot be read.") % {"path": path})
    for name in found:
        if name not in NAMES:
            raise Refused(
                _("%(path)s: there is no answer called %(name)s. Known: %(known)s.")
                % {"path": path, "name": name, "known": ", ".join(NAMES)}
            )
    return found


def settled(
    given: Mapping[str, str], kept: Mapping[str, str], *, here: Path | None, ask: bool
) -> dict[str, str]:
    """Every answer: given now, else kept from the last time, else asked, else its default; each checked.

    Refused where an answer is wrong, or lacks and nobody can be asked.
    """
    found: dict[str, str] = {}
    for question in QUESTIONS:
        default = question.default(here is not None)
        if question.name == "DATA" and here is not None:
            default = str(here / "data")
        if question.name == "CERTIFICATE_KEY" and found["CERTIFICATE"] == INTERNAL:
            found[question.name] = ""
            continue
        value = given.get(question.name) or kept.get(question.name)
        if value is None and ask and question.asked:
            value = _ask(question, default, found)
        value = (default if value is None else value).strip()
        if question.name in ("HOST", "ADMIN_USER"):
            value = value.lower()
        if question.name == "DATA":
            value = value.rstrip("/")
        if not value and question.name in ("ADMIN_NAME", "ADMIN_USER"):
            raise Refused(
                _("The answer %(name)s is missing: %(text)s.")
                % {"name": question.name, "text": question.text}
            )
        question.check(value, found)
        found[question.name] = value
    if here is not None and found["DATABASE"] == POSTGRES:
        raise Refused(_("In a folder of its own, name the database by its address: postgres://…"))
    return found


def _ask(question: Question, default: str, found: Mapping[str, str]) -> str:
    while True:
        shown = f" [{default}]" if default else ""
        try:
            typed = input(f"{question.text}{shown}: ").strip() or default
        except EOFError:
            raise Refused(_("Nobody answered. Give the answers in a file: script/start --answers FILE"))
        try:
            question.check(typed.lower() if question.name in ("HOST", "ADMIN_USER") else typed, found)
        except Refused as wrong:
            print(wrong)
            continue
        return typed


def who() -> str:
    """The user this runs as."""
    return getpass.getuser() if os.geteuid() else "root"
