"""A report with only the KPIs that are needed, from a YAML file: a section a KPI, as Markdown, HTML and CSV.

No script, nothing from elsewhere: what is written is what is published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dashboard import exports, figures, served
from dashboard.brief_page import STYLE
from dashboard.reader import Reader
from dashboard.served import Row, Served
from dashboard.words import LANGUAGES, Words

FOLDER = "reports"
COLUMNS = ("period", "value", "change", "target", "attainment", "status")
CSV_COLUMNS = ("period_start", "period_end", "value", "unit", "null_reason", "previous_value", "target", "status")


class NoReport(Exception):
    """Why a report can't be written, in one sentence with the remedy."""


class Report(BaseModel):
    """What a report holds, in the order of its sections."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title_en: str = Field(min_length=1)
    title_ja: str = Field(min_length=1)
    period_type: Literal["week", "month", "quarter"]
    kpis: tuple[str, ...] = Field(min_length=1)
    periods: int = Field(default=6, ge=1, le=60)
    formats: tuple[Literal["md", "html", "csv"], ...] = Field(default=("md", "html", "csv"), min_length=1)
    brands: tuple[str, ...] = ()  # empty: all

    @classmethod
    def read(cls, path: Path) -> Report:
        """Read a report's file, or say what is wrong with it."""
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            why = getattr(error, "strerror", None) or str(error).splitlines()[0]
            raise NoReport(f"{path} can't be read ({why}): name a YAML file.") from None
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(map(str, first["loc"])) or "the file"
            raise NoReport(f"{path}: {key}: {first['msg']}: see dashboard/reports/monthly.yml.") from None


@dataclass(frozen=True)
class Section:
    """One KPI over its periods, the newest first; text is as a reader sees it."""

    heading: str
    cells: list[tuple[str, ...]]
    rows: list[Row]


def write(link: Path, path: Path, to: Path | None = None) -> list[Path]:
    """Write the report of `path` for each of its brands, language and format; return the files."""
    report = Report.read(path)
    folder = to or link.parent / FOLDER
    written = []
    with served.opened(link) as version:
        brands = {brand["brand_id"]: brand for brand in version.ask("brands")}
        _all_known("brand", report.brands, brands)
        _all_known("metric", report.kpis, {row["metric_id"]: row for row in version.ask("metric_names")})
        folder.mkdir(parents=True, exist_ok=True)
        for brand_id in report.brands or brands:
            for language in LANGUAGES:
                reader = _reader(version, Words(language), brands[brand_id], report)
                sections = [_section(reader, metric_id, report) for metric_id in report.kpis]
                for kind in report.formats:
                    name = f"{path.stem}.{re.sub(r'[^A-Za-z0-9_-]', '_', brand_id)}.{language}.{kind}"
                    title = f"{getattr(report, f'title_{language}')}: {brands[brand_id]['brand_name']}"
                    written.append(_put(folder / name, FORMATS[kind](reader, title, sections)))
    return written


def _all_known(what: str, names: tuple[str, ...], known: dict[str, Row]) -> None:
    for name in names:
        if name not in known:
            near = ", ".join(sorted(known, key=lambda other: (other[:3] != name[:3], other))[:3])
            raise NoReport(f"there is no {what} {name}: it could be {near}.")


def _reader(version: Served, words: Words, brand: Row, report: Report) -> Reader:
    newest = version.ask("newest_period", brand=brand["brand_id"], period_type=report.period_type)
    if not newest:
        raise NoReport(f"{brand['brand_id']} has no {report.period_type} yet: take a shorter period_type.")
    return Reader(
        version, words, brand["brand_id"], brand["currency"], report.period_type, newest[0]["period_start"],
        newest[0]["period_end"], newest[0]["is_partial"],
    )  # fmt: skip


def _section(reader: Reader, metric_id: str, report: Report) -> Section:
    rows = reader.ask("report_figures", metric=metric_id, periods=report.periods, with_partial=reader.is_partial)
    cells = [
        (
            figures.span(row["period_start"], row["period_end"]),
            reader.shown(row["value"], row["unit"]) if row["value"] is not None else reader.why(row),
            reader.change(_change(row), row["unit"]),
            reader.shown(row["target"], row["unit"]),
            figures.percent(row["attainment"]),
            reader.words.value(row["status"]),
        )
        for row in rows
    ]
    return Section(reader.label(rows[0]) if rows else metric_id, cells, rows)


def _change(row: Row) -> figures.Number:
    return None if None in (row["value"], row["previous_value"]) else row["value"] - row["previous_value"]


def _markdown(reader: Reader, title: str, sections: list[Section]) -> bytes:
    head = " | ".join(reader.words(f"column.{name}") for name in COLUMNS)
    lines = [f"# {title}", "", _stamp(reader)]
    for section in sections:
        lines += ["", f"## {section.heading}", "", f"| {head} |", f"|{'---|' * len(COLUMNS)}"]
        lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in section.cells]
    return ("\n".join(lines) + "\n").encode()


def _html(reader: Reader, title: str, sections: list[Section]) -> bytes:
    head = "".join(f"<th>{escape(reader.words(f'column.{name}'))}" for name in COLUMNS)
    body = "".join(
        f"<section><h2>{escape(section.heading)}</h2><table><tr>{head}"
        + "".join("<tr>" + "".join(f"<td>{escape(cell)}" for cell in row) for row in section.cells)
        + "</table></section>\n"
        for section in sections
    )
    return (
        f'<!doctype html>\n<html lang="{reader.words.language}"><head><meta charset="utf-8"><title>{escape(title)}'
        f"</title><style>{STYLE}</style></head>\n<body><h1>{escape(title)}</h1>"
        f'<p class="of">{escape(_stamp(reader))}</p>\n{body}</body></html>\n'
    ).encode()


def _csv(reader: Reader, title: str, sections: list[Section]) -> bytes:  # noqa: ARG001
    rows = [[section.heading, *(row[name] for name in CSV_COLUMNS)] for section in sections for row in section.rows]
    return exports.csv_bytes(["kpi", *CSV_COLUMNS], rows)


def _stamp(reader: Reader) -> str:
    partial = f" · {reader.words('partial')}" if reader.is_partial else ""
    return f"{reader.words('data_through')} {reader.ask('publication')[0]['data_through']}{partial}"


def _put(file: Path, content: bytes) -> Path:
    beside = file.with_name(f".{file.name}.part")
    beside.write_bytes(content)
    return beside.replace(file)


FORMATS = {"md": _markdown, "html": _html, "csv": _csv}
