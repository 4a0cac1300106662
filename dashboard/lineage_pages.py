"""Where each published column comes from, step by step back to the raw page, as data and as one static page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

FOLDER = "lineage"
Traced = dict[str, dict[str, list[list[str]]]]
"""Of each relation (`schema.table`) and column: the columns that it is made of, as pairs of relation and column."""

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222}
h2{margin-top:2.2rem;border-top:1px solid #ccc;padding-top:.8rem;font-size:1.15rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0}
td{border-top:1px solid #eee}code{font-size:.92em}.d{color:#555}:target{background:#fff3c4}
"""


def folder(version: Path) -> Path:
    """Return where the lineage pages of the publication lie to which a version belongs."""
    return version.resolve().parent.parent / FOLDER


def traced(version: Path) -> Traced:
    """Return the lineage that was made with the publication; nothing before the first."""
    file = folder(version) / "columns.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def way(known: Traced, relation: str, column: str) -> Iterator[tuple[int, str, str]]:
    """Yield each column on the way back, nearest first, with its number of steps; each once."""
    seen, ring, step = {(relation, column)}, [(relation, column)], 0
    while ring:
        for origin, name in sorted(ring):
            yield step, origin, name
        nexts = {(origin, name) for at in ring for origin, name in known.get(at[0], {}).get(at[1], [])}
        ring, step = sorted(nexts - seen), step + 1
        seen |= nexts


def page(known: Traced, comments: Mapping[str, Mapping[str, str]]) -> str:
    """Return the page: a section a table, a row a column, each origin a link; no script, nothing from outside."""
    order = sorted(known, key=lambda name: (not name.startswith("marts."), name))
    contents = " · ".join(
        f'<a href="#{escape(name)}">{escape(name.removeprefix("marts."))}</a>'
        for name in order
        if name.startswith("marts.")
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Column lineage</title>'
        f"<style>{STYLE}</style><h1>Column lineage</h1>"
        "<p>Each column with the columns that it is made of. Follow the links back to the raw tables, which are typed"
        f" straight from the landed pages.</p><p>{contents}</p>"
        + "".join(_section(name, known[name], comments.get(name, {})) for name in order)
        + "</html>\n"
    )


def _section(relation: str, columns: Mapping[str, list[list[str]]], comments: Mapping[str, str]) -> str:
    rows = "".join(
        f'<tr id="{escape(f"{relation}.{column}")}"><td><code>{escape(column)}</code>'
        f'<td>{", ".join(_link(*origin) for origin in origins) or "–"}<td class="d">{escape(comments.get(column, ""))}'
        for column, origins in columns.items()
    )
    return (
        f'<h2 id="{escape(relation)}"><code>{escape(relation)}</code></h2>'
        f"<table><tr><th>column<th>comes from<th>what it is{rows}</table>"
    )


def _link(relation: str, column: str) -> str:
    name = escape(f"{relation}.{column}")
    return f'<a href="#{name}"><code>{name}</code></a>'
