"""The `fields` parameter of the Graph API: names, modifiers in parentheses, braces for what lies below.

`id,insights.metric(reach,views){name,values},media.limit(25){id}` becomes a list of `Field`.
"""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(r"\s*([A-Za-z0-9_]+|[.,(){}])")


class FieldsError(ValueError):
    """The text is not a list of fields; the message is Graph's own wording."""


@dataclass(frozen=True)
class Field:
    """One field asked for: `modifiers` as written, `below` None where no braces were given."""

    name: str
    modifiers: dict[str, str] = field(default_factory=dict)
    below: tuple["Field", ...] | None = None


def parse(text: str) -> tuple[Field, ...]:
    """Return the fields that `text` asks for."""
    found, position = _fields(text, 0)
    if position != len(text.rstrip()):
        raise FieldsError(
            f'Syntax error "Expected end of string instead of "{text[position]}"." at character {position}: {text}'
        )
    return found


def _next(text: str, position: int) -> tuple[str, int]:
    match = TOKEN.match(text, position)
    return (match.group(1), match.end()) if match else ("", position)


def _fields(text: str, position: int) -> tuple[tuple[Field, ...], int]:
    fields = []
    while True:
        one, position = _field(text, position)
        fields.append(one)
        mark, after = _next(text, position)
        if mark != ",":
            return tuple(fields), position
        position = after


def _field(text: str, position: int) -> tuple[Field, int]:
    name, position = _next(text, position)
    if not name or not re.fullmatch(r"\w+", name):
        raise FieldsError(f'Syntax error "Field name expected." at character {position}: {text}')
    modifiers: dict[str, str] = {}
    mark, after = _next(text, position)
    while mark == ".":
        modifier, after = _next(text, after)
        opening, after = _next(text, after)
        closing = text.find(")", after)
        if opening != "(" or closing < 0:
            raise FieldsError(f'Syntax error "Expected a modifier with parentheses." at character {after}: {text}')
        modifiers[modifier] = text[after:closing]
        position = closing + 1
        mark, after = _next(text, position)
    if mark != "{":
        return Field(name, modifiers), position
    below, position = _fields(text, after)
    mark, after = _next(text, position)
    if mark != "}":
        raise FieldsError(f"Syntax error \"Expected '}}'.\" at character {position}: {text}")
    return Field(name, modifiers, below), after
