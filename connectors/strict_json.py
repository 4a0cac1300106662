"""JSON as the standard has it: what Python's parser lets through and a warehouse can't hold is refused."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

# A high surrogate without its low one, or the reverse: valid for Python, refused by DuckDB with the whole file.
_HIGH, _LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
LONGEST_WHOLE = 20  # digits and sign; int() of a longer text is refused by Python with other words, or is slow
_LONG = re.compile(rb"[\s:,\[]-?\d{19}")  # outside of quotes; looked for first, since a hook for each number is dear
_ESCAPE = re.compile(rb"\\\\|" + _HIGH + _LOW + rb"|(?P<lone>" + _HIGH + rb"|" + _LOW + rb")")


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`; ValueError says what is wrong with it."""
    document = _parsed(body)
    if not isinstance(document, dict):
        raise ValueError("JSON that is not an object")
    return document


def parse_list(body: bytes) -> list[Any]:
    """Return the JSON list in `body`; ValueError says what is wrong with it."""
    document = _parsed(body)
    if not isinstance(document, list):
        raise ValueError("JSON that is not a list")
    return document


def _parsed(body: bytes) -> Any:
    if not body:
        raise ValueError("nothing")
    try:
        document = json.loads(
            body.decode("utf-8"),
            parse_constant=_refuse,
            parse_float=_finite,
            parse_int=_whole if _LONG.search(body) else None,
            object_pairs_hook=_distinct,
        )
    except UnicodeDecodeError:
        raise ValueError("text that is not UTF-8") from None
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    except json.JSONDecodeError:
        raise ValueError("HTML" if body.lstrip()[:1] == b"<" else "text that is not JSON") from None
    if b"\\u" in body and any(escape["lone"] for escape in _ESCAPE.finditer(body)):
        raise ValueError("JSON with half a character in it")
    return document


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"JSON with {constant} in it")


def _whole(text: str) -> int:
    number = int(text) if len(text) <= LONGEST_WHOLE else None
    if number is None or not -(2**63) <= number < 2**64:
        raise ValueError("JSON with a number beyond measure")
    return number


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that comes twice: Python would take the last of the two, DuckDB the first."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("JSON with a name twice in one object")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("JSON with a number beyond measure")
    return number
