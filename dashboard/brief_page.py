"""What the brief's page looks like: sentences first, then goals, their parts, the funnel, the steps, posts, scores."""

from __future__ import annotations

from html import escape

from dashboard import figures, scores, sentences, svg
from dashboard.reader import Reader
from dashboard.served import Row

POSTS_SHOWN = 5
POST_SHOWN = 60
STYLE = """
@page{size:A4;margin:10mm}
body{font:14px/1.45 system-ui,"Hiragino Sans","Noto Sans CJK JP","Noto Sans JP",sans-serif;max-width:46rem;margin:1.5rem auto;padding:0 1rem;color:#222}
h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:1.3rem 0 .4rem;border-bottom:2px solid #0072B2;padding-bottom:.15rem}
p.of{color:#555;margin:.1rem 0}ol,ul{margin:.3rem 0;padding-left:1.3rem}li{margin:.25rem 0}li.urgent::marker{color:#D55E00;content:"▲ "}
cite{font:.78em ui-monospace,monospace;color:#666}svg{width:100%;height:auto;font-size:12px}
table{border-collapse:collapse;width:100%;font-size:.92em}th,td{text-align:left;padding:.16rem .5rem .22rem 0;border-bottom:1px solid #ddd;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}footer{margin-top:1.2rem;color:#666;font-size:.85em}
@media print{body{margin:0;padding:0;max-width:none;font-size:10px;line-height:1.3}h2{margin:.7rem 0 .2rem}svg{font-size:10px}section{break-inside:avoid}section.second{break-before:page}}
"""  # noqa: E501


def page(reader: Reader, name: str) -> str:
    """Return the page of one brand and week."""
    publication = reader.ask("publication")[0]
    words = reader.words
    title = words("brief.title", brand=name)
    of = words("brief.of", span=figures.span(reader.period_start, reader.period_end))
    body = "".join(
        (
            _said(reader),
            _goals(reader),
            _parts(reader),
            _funnel(reader),
            _steps(reader),
            _posts(reader),
            _scores(reader),
        )
    )
    return (
        f'<!doctype html>\n<html lang="{words.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body><h1>{escape(title)}</h1>"
        f'<p class="of">{escape(of)}{" · " + escape(words("partial")) if reader.is_partial else ""}</p>\n{body}'
        f"<footer>{escape(words('association'))} · {escape(words('data_through'))} {publication['data_through']}"
        f"\n<br><time>{publication['published_at']:%Y-%m-%d %H:%M:%S} UTC</time>\n</footer></body></html>\n"
    )


def _section(title: str, content: str, kind: str = "") -> str:
    return f"<section{kind}><h2>{escape(title)}</h2>{content}</section>\n" if content else ""


def _said(reader: Reader) -> str:
    lines = "".join(
        f"<li{' class=urgent' if said.is_urgent else ''}>{escape(said.text)} <cite>marts.{said.evidence}</cite></li>"
        for said in sentences.of(reader)
    )
    return _section(reader.words("brief.said"), f"<ol>{lines}</ol>")


def _goals(reader: Reader) -> str:
    rows = [
        (
            reader.label(row),
            reader.shown(row["actual"], row["unit"]) if row["actual"] is not None else reader.why(row),
            reader.shown(row["target"], row["unit"]),
            figures.percent(row["attainment"]),
            reader.change(row["kgi_delta"], row["unit"]),
            reader.words.value(row["status"]),
        )
        for row in reader.ask("goals")
    ]
    names = ("goal", "actual", "target", "attainment", "change", "status")
    return _section(reader.words("overview.goals"), _table(reader, names, rows, numbers=range(1, 5)))


def _parts(reader: Reader) -> str:
    return "".join(_parts_of(reader, goal) for goal in reader.ask("goals")[:1])


def _parts_of(reader: Reader, goal: Row) -> str:
    parts = [row for row in reader.ask("tree_contributions", tree=goal["tree_id"]) if row["contribution"] is not None]
    title = reader.words("tree.unfolded", goal=reader.label(goal))
    if not parts:
        return ""
    rows = [
        {
            "label": reader.label(row),
            "amount": row["contribution"],
            "text": reader.change(row["contribution"], goal["unit"]),
        }
        for row in parts
    ]
    total = reader.change(goal["kgi_delta"], goal["unit"])
    return _section(title, svg.waterfall(rows, reader.words("tree.change"), total, title))


def _funnel(reader: Reader) -> str:
    stages = reader.ask("funnel_stages")
    worst = next((row["to_stage"] for row in reader.ask("funnel_leaks") if row["leak_rank"] == 1), None)
    rows = [
        {
            "label": reader.label(row),
            "amount": row["attainment"],
            "text": f"{reader.shown(row['value'], row['unit'])} · {figures.percent(row['attainment'])}"
            if row["value"] is not None
            else reader.why(row),
            "is_marked": row["stage"] == worst,
        }
        for row in stages
    ]
    title = reader.words("overview.funnel")
    return _section(title, svg.bars(rows, title) if rows else "", ' class="second"')


def _steps(reader: Reader) -> str:
    rows = [
        (reader.account(row), f"{row['step']}. {reader.label(row, 'question')}", sentences.step(reader, row))
        for row in reader.ask("weekly_review")
    ]
    names = ("account", "question", "answer")
    return _section(reader.words("review.steps"), _table(reader, names, rows, numbers=range(0)))


def _posts(reader: Reader) -> str:
    rows = [
        (
            sentences.short(row["text"], POST_SHOWN),
            reader.words.value(row["platform"]),
            reader.words.value(row["format"]),
            figures.shown(row["exposure_to_date"]),
            figures.percent(row["er_exposure"]),
            reader.words.value(row["normal_range_status"]),
        )
        for row in reader.ask("post_table")[:POSTS_SHOWN]
    ]
    names = ("post", "platform", "format", "exposure", "er", "range")
    return _section(reader.words("brief.posts"), _table(reader, names, rows, numbers=range(3, 5)))


def _scores(reader: Reader) -> str:
    rows = []
    for periods in scores.models(reader).values():
        period = periods[scores.newest_whole(periods)]
        entities = reader.ask("score_entities", **scores.asked(period))
        banded = (f"{reader.words.value(band)} {n:,}" for band, n in scores.bands(entities).items())
        span = figures.span(period["period_start"], period["period_end"])
        if entities:
            rows.append((reader.words.value(period["model_id"]), span, " · ".join(banded)))
    return _section(reader.words("page.score"), _table(reader, ("score", "period", "band"), rows, numbers=range(0)))


def _table(reader: Reader, names: tuple[str, ...], rows: list[tuple[str, ...]], numbers: range) -> str:
    if not rows:
        return ""
    kinds = [' class="n"' if n in numbers else "" for n in range(len(names))]
    head = "".join(
        f"<th{kind}>{escape(reader.words(f'column.{name}'))}" for kind, name in zip(kinds, names, strict=True)
    )
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{escape(cell)}" for kind, cell in zip(kinds, row, strict=True)) for row in rows
    )
    return f"<table><tr>{head}{body}</table>"
