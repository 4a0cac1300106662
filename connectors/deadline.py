"""A transport whose read time-out bounds the whole answer, head and body, not each wait for a byte.

requests bounds every single read: a server that drips one byte at a time keeps it busy for ever (a time-out of 1 s
was seen to last 3.2 s and would have lasted as long as the drip). Here the time-out that is set on the
connection when the answer begins is the time that is left for all of it.
"""

from __future__ import annotations

import io
import logging
import socket
from http.client import HTTPResponse
from time import monotonic
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager

# At DEBUG it writes whole addresses, and Instagram's token endpoints take the token there.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class _Timed(io.RawIOBase):
    """A socket's byte stream that shortens the time-out before each read."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._ends = None if sock.gettimeout() is None else monotonic() + sock.gettimeout()

    def readable(self) -> bool:
        """Say yes, as the stream beneath would."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what has come, or give up when the time for the whole answer is over."""
        if self._ends is not None:
            left = self._ends - monotonic()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close the stream beneath as well."""
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _TimedResponse


class _SecureConnection(HTTPSConnection):
    response_class = _TimedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class DeadlineAdapter(HTTPAdapter):
    """Mount this on a session, and `timeout=(connect, whole answer)` means what it says."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools that requests asks for, with our connections in them."""
        super().init_poolmanager(*args, **kwargs)
        _fit(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> PoolManager:
        """Make the pools behind a proxy likewise."""
        return _fit(super().proxy_manager_for(*args, **kwargs))


def _fit(manager: PoolManager) -> PoolManager:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return manager
