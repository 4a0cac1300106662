"""The dashboard as Streamlit runs it: choices at the side, one page, one connection a run of this script."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import figures, served
from dashboard.reader import Reader
from dashboard.views import diagnosis, funnel, health, kpi_tree, overview, posts, review, score
from dashboard.words import LANGUAGES, Words

PRODUCT = "social-metrics-warehouse"
HERE = Path(__file__).resolve().parent
VIEWS = {
    "overview": (overview, ":material/home:"),
    "funnel": (funnel, ":material/filter_alt:"),
    "kpi_tree": (kpi_tree, ":material/account_tree:"),
    "score": (score, ":material/favorite:"),
    "posts": (posts, ":material/article:"),
    "diagnosis": (diagnosis, ":material/troubleshoot:"),
    "review": (review, ":material/checklist:"),
    "health": (health, ":material/monitor_heart:"),
}
PERIOD_TYPES = ("week", "month")


def main() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title=PRODUCT, page_icon=str(HERE / "icon.svg"), layout="wide")
    st.html(HERE / "style.css")
    words = Words(_choice("lang", list(LANGUAGES), "en"))
    pages = {}
    try:
        with served.opened(served.link()) as version:
            for name, (view, icon) in VIEWS.items():
                pages[name] = st.Page(
                    partial(_draw, view, name, version, words, pages),
                    title=words(f"page.{name}"),
                    icon=icon,
                    url_path=name,
                    default=name == "overview",
                )
            st.navigation(list(pages.values())).run()
    except served.NothingServed as nothing:
        st.title(words("page.overview"), anchor=False)
        st.info(words("empty.nothing_served", path=str(nothing)))


def _draw(view, name: str, version: served.Served, words: Words, pages: dict) -> None:
    title = words(f"page.{name}")
    st.set_page_config(page_title=f"{title} · {PRODUCT}")
    reader = _chosen(version, words)
    st.title(title, anchor=False)
    if reader is None:
        st.info(words("empty.no_brand"))
        return
    if reader.is_partial:
        st.caption(words("partial"))
    view.show(reader, pages)


def _chosen(version: served.Served, words: Words) -> Reader | None:
    """Ask at the side for language, brand and period; None when the publication holds no brand."""
    brands = {row["brand_id"]: row for row in version.ask("brands")}
    if not brands:
        return None
    with st.sidebar:
        _pick("lang", words("language"), list(LANGUAGES), LANGUAGES.get)
        brand = _pick("brand", words("brand"), list(brands), lambda name: brands[name]["brand_name"] or name)
        period_type = _pick("by", words("period_type"), list(PERIOD_TYPES), words.value)
        periods = {
            f"{row['period_start']}": row for row in version.ask("periods", brand=brand, period_type=period_type)
        }
        if not periods:
            return None
        last_whole = next((name for name, row in periods.items() if not row["is_partial"]), next(iter(periods)))
        start = _pick("from", words("period"), list(periods), lambda name: _period(periods[name]), default=last_whole)
        _stamp(version, words)
    period = periods[start]
    st.query_params.from_dict({"lang": words.language, "brand": brand, "by": period_type, "from": start})
    return Reader(
        version, words, brand, brands[brand]["currency"], period_type, period["period_start"], period["period_end"],
        period["is_partial"],
    )  # fmt: skip


def _period(row: served.Row) -> str:
    return figures.span(row["period_start"], row["period_end"]) + (" *" if row["is_partial"] else "")


def _choice(name: str, options: list[str], default: str) -> str:
    """Return what was chosen before: in this session, else in the address; never what isn't on offer any more."""
    for chosen in (st.session_state.get(name), st.query_params.get(name)):
        if chosen in options:
            return chosen
    return default


def _pick(name: str, label: str, options: list[str], called, default: str | None = None) -> str:
    st.session_state[name] = _choice(name, options, default or options[0])
    return st.selectbox(label, options, format_func=called, key=name)


def _stamp(version: served.Served, words: Words) -> None:
    """Say of which version all figures of the page are."""
    publication = version.ask("publication")[0]
    st.caption(
        words(
            "stamp",
            through=publication["data_through"],
            days=(datetime.now(UTC).date() - publication["data_through"]).days,
            at=f"{publication['published_at']:%Y-%m-%d %H:%M}",
            verdict=words.value(publication["gate_verdict"]),
        )
    )


main()
