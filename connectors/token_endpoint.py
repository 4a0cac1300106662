"""One question to a source's token endpoint, whose address, body and answer all may hold secrets."""

from __future__ import annotations

from typing import Any

import requests

from connectors.deadline import DeadlineAdapter

ANSWER_S = 30.0


def ask_once(method: str, address: str, **request: Any) -> tuple[int | None, dict[str, Any]]:
    """Return status and object of the answer; None where none came. Nothing of the request is in any exception."""
    status, told = None, None
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", DeadlineAdapter())
    session.mount("http://", DeadlineAdapter())
    try:
        reply = session.request(method, address, timeout=(5.0, ANSWER_S), allow_redirects=False, **request)
        status, told = reply.status_code, reply.json()
    except (requests.RequestException, ValueError):
        pass
    finally:
        session.close()
    return status, told if isinstance(told, dict) else {}
