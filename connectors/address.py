"""Where a source may be asked: at its own base address, encrypted unless it is this very machine."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import urlsplit

from connectors.errors import RequestRefused

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def checked_host(name: str, base_url: str) -> str:
    """Return the host of a base address that a token may be sent to."""
    flaw = None
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        flaw = "is not an address"
    else:
        if parts.scheme not in ("http", "https") or not host:
            flaw = "does not begin with https:// and a host"
        elif parts.scheme == "http" and host not in LOOPBACK:
            flaw = "would carry the token readable through the network, write https"
        elif parts.username or parts.query or parts.fragment:
            flaw = "has more than host and path in it"
    if flaw:
        _refuse_address(name, flaw)
    return host


def _refuse_address(name: str, flaw: str) -> NoReturn:
    raise RequestRefused(f"the base address of {name} {flaw}: correct {name.upper()}_BASE_URL")
