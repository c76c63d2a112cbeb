"""From which machine a request comes."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The address of the visitor's machine, or None where there is none (a command, a test).

    Behind the office's own web servers the connection comes from them, and each adds the address it saw at
    the end of X-Forwarded-For. Only as many entries are believed as there are such servers (KHEO_PROXIES),
    because a visitor may write anything before them.
    """
    believed = settings.TRUSTED_PROXIES
    seen = [request.META.get("REMOTE_ADDR", "")]
    if believed:
        seen = [*request.META.get("HTTP_X_FORWARDED_FOR", "").split(","), *seen]
    return _address(seen[max(len(seen) - 1 - believed, 0)])


def is_this_machine(request: HttpRequest) -> bool:
    """Whether the visitor sits at the machine Kheo runs on, no web server standing in for another."""
    named = [request.META.get("REMOTE_ADDR", "")]
    named += request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    named += request.META.get("HTTP_X_REAL_IP", "").split(",")
    named = [name.strip() for name in named if name.strip()]
    if "HTTP_FORWARDED" in request.META:
        return False
    return all((address := _address(name)) is not None and _is_loopback(address) for name in named) and bool(
        named
    )


def _address(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback
