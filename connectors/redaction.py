"""Nothing that is said or kept may hold a secret: tokens become ***."""

from __future__ import annotations

import re
from urllib.parse import quote

MASK = "***"
SHORTEST_SECRET = 8  # a shorter one would be found inside ordinary words and blank them
NAMED = (
    rb"(access_token|appsecret_proof|client_secret|refresh_token|id_token|hapikey|api_key|input_token|\w+_exchange_token)"
    rb"((?:=|%3[Dd]|\"\s*:\s*\"))[^&\"\\\s]+"
)
_NAMED_SECRET = re.compile(NAMED)
_BEARER = re.compile(rb"(?i)\b(bearer\s+)[\w.~+/=-]{8,}")


class Redaction:
    """Blank tokens, and whatever an address or a message names as a secret."""

    def __init__(self, *tokens: str) -> None:
        forms = {
            form
            for token in tokens
            if len(token) >= SHORTEST_SECRET
            for form in (token, quote(token, safe=""), quote(token), token.replace("/", "\\/"))
        }
        self._forms = [form.encode() for form in forms]

    def of_bytes(self, body: bytes) -> bytes:
        """Return `body` without secrets; Graph writes the token into every `paging.next`."""
        for form in self._forms:
            if form in body:
                body = body.replace(form, MASK.encode())
        return _NAMED_SECRET.sub(rb"\1\2***", body)

    def of_text(self, text: str, longest: int = 200) -> str:
        """Return `text` on one line, without secrets, cut to `longest` characters."""
        clean = _BEARER.sub(rb"\1***", self.of_bytes(text.encode("utf-8", "replace"))).decode("utf-8", "replace")
        line = " ".join(clean.split()).rstrip(" .")
        return line if len(line) <= longest else line[:longest] + "…"
