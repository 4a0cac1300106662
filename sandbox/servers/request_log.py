"""The log of what was asked, for tests that check what a client does; it never holds a token."""

import re
from collections import deque
from datetime import datetime

# A long rehearsal must not grow without end; a whole demo makes some 2,000 requests.
KEPT = 200_000
SECRETS = re.compile(r"(?<![^?&])(access_token|appsecret_proof|client_secret|input_token)=[^&]*")


class RequestLog:
    """Requests in the order they came, the oldest forgotten beyond `KEPT`."""

    def __init__(self) -> None:
        self._entries: deque[dict] = deque(maxlen=KEPT)

    def note(self, source: str, method: str, path: str, status: int, present: datetime, returned: int = 0) -> None:
        """Write one request down; `path` is everything below the base address, secrets masked.

        `returned` counts the objects that the answer's `data` holds, which is what X bills.
        """
        self._entries.append(
            {
                "source": source,
                "method": method,
                "path": SECRETS.sub(r"\1=***", path),
                "status": status,
                "returned": returned,
                "present": f"{present:%Y-%m-%dT%H:%M:%SZ}",
            }
        )

    def entries(self) -> list[dict]:
        """Return the requests, oldest first."""
        return list(self._entries)

    def clear(self) -> None:
        """Forget every request."""
        self._entries.clear()
