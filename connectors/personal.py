"""Personal fields are replaced before a page is written: no e-mail address or name is ever at rest.

hash      hex HMAC-SHA256 of the value after NFKC, lower case and trim, under the key of the installation: the
          same person has the same key in every source, and nobody without the installation's key can guess it
utm_only  an address keeps its path and its utm_* parameters; other parameters, the fragment and anything that
          looks like an e-mail go
mask      what looks like an e-mail becomes the beginning of its keyed hash, the rest of the text stays: rows that
          differ in it alone stay apart
drop      null
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from connectors.streams import Treatment

MASK_LENGTH = 16
_EMAIL = re.compile(r"[^\s/?&=#@]+(?:@|%40)[^\s/?&=#@]+", re.IGNORECASE)


def person_key(email: str, key: bytes) -> str:
    """Return the keyed hash that stands for the person with this e-mail address."""
    normal = unicodedata.normalize("NFKC", email).lower().strip()
    return hmac.new(key, normal.encode(), hashlib.sha256).hexdigest()


def scrub(body: bytes, treatments: Mapping[str, Treatment], key: bytes) -> bytes:
    """Return the JSON document `body` with every property named in `treatments` treated, wherever it stands."""
    if not key:
        raise ValueError("personal fields can't be hashed without a key")
    document = _scrubbed(json.loads(body), treatments, key)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _scrubbed(value: Any, treatments: Mapping[str, Treatment], key: bytes) -> Any:
    if isinstance(value, list):
        return [_scrubbed(item, treatments, key) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _treated(inner, treatments[name], key) if name in treatments else _scrubbed(inner, treatments, key)
        for name, inner in value.items()
    }


def _treated(value: Any, treatment: Treatment, key: bytes) -> Any:
    # Null and "" mean that the source knows nothing: that is no secret, and no person either.
    if treatment == "drop" or value is None or value == "":
        return None
    if isinstance(value, dict):
        return {name: _treated(inner, treatment, key) for name, inner in value.items()}
    if isinstance(value, list):
        return [_treated(item, treatment, key) for item in value]
    text = str(value)
    if treatment == "mask":
        return _EMAIL.sub(lambda found: person_key(unquote(found[0]), key)[:MASK_LENGTH], text) if _may(text) else value
    return person_key(text, key) if treatment == "hash" else without_personal_parameters(text)


def _may(text: str) -> bool:
    return "@" in text or "%40" in text


def without_personal_parameters(address: str) -> str:
    """Return `address` with only its utm_* parameters; a text that is no address stays as it is."""
    if "?" not in address and "://" not in address:
        return _EMAIL.sub("", address)
    path, _, query = address.partition("#")[0].partition("?")
    kept = [
        (name, _EMAIL.sub("", value))
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name.startswith("utm_")
    ]
    clean = _EMAIL.sub("", path)
    return f"{clean}?{urlencode(kept)}" if kept else clean
