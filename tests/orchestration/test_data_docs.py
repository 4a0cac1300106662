"""Data docs: one page, complete and offline, of what the gate judges and how it did so, night after night."""

from __future__ import annotations

from html.parser import HTMLParser

from orchestration import data_docs, gate, quality

HOSTILE = "<script>alert(1)</script>"


class Words(HTMLParser):
    """The text of a page, its elements and its addresses."""

    def __init__(self):
        super().__init__()
        self.text, self.names, self.addresses = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.addresses += [value for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data):
        self.text.append(data.strip())


def result(entry: gate.Expectation, *, success: bool = True, **told) -> dict:
    return {
        "key": entry.key,
        "table": entry.table,
        "name": entry.name,
        "severity": entry.severity,
        "why": entry.why,
        "owner": entry.owner,
        "success": success,
        "error": None,
        "observed": "",
        "unexpected_count": None,
        "examples": [],
        **told,
    }


def page(settings, verdict) -> Words:
    words = Words()
    words.feed(data_docs.write(settings, verdict).read_text(encoding="utf-8"))
    return words


def verdict(*failed: dict) -> dict:
    """A verdict on every expectation there is, passed but for some."""
    replaced = {one["key"]: one for one in failed}
    entries = [entry for suite in gate.suites().values() for entry in suite]
    return {
        "run_id": "run-1",
        "sha256": "ab" * 32,
        "results": [replaced.get(entry.key) or result(entry) for entry in entries],
    }


def entry(key: str) -> gate.Expectation:
    table, name = key.split(".")
    return next(one for one in gate.suites()[table] if one.name == name)


def test_the_page_has_every_expectation_with_its_rule_its_reason_and_its_query(settings):
    words = page(settings, verdict())
    text = "\n".join(words.text)
    for suite in gate.suites().values():
        for one in suite:
            assert one.name in text and data_docs.rule(one) in text and f"{one.why}; ask {one.owner}" in text
            assert one.query is None or " ".join(one.query.split()) in " ".join(text.split())


def test_every_type_of_expectation_is_told_in_words():
    types = {one.type for suite in gate.suites().values() for one in suite}
    assert types <= set(data_docs.RULES)
    assert data_docs.rule(entry("fct_account_daily.has_rows")) == "the number of its rows is at least 1"
    assert data_docs.rule(entry("fct_account_daily.one_row_each")) == "no account_id, date stands twice"
    assert data_docs.rule(entry("fct_account_daily.followers_is_possible")) == "followers is at least 0"


def test_what_failed_is_told_with_examples_and_whether_it_refuses_the_build(settings):
    followers, blank = entry("fct_account_daily.followers_is_possible"), entry("publication.no_text_is_blank")
    failed = result(
        followers, success=False, observed="2 unexpected of 9", examples=[{"account_id": HOSTILE, "n": "-1"}]
    )
    text = page(settings, verdict(failed, result(blank, success=False))).text
    assert f"{len(verdict()['results']) - 2} of {len(verdict()['results'])}" in text
    assert "1 of those that did not forbid publication: the build was refused." in text
    assert HOSTILE in text and "-1" in text
    assert any("2 unexpected of 9" in said for said in text)


def test_nothing_is_fetched_and_what_came_from_outside_is_text(settings):
    failed = result(entry("dim_posts.has_rows"), success=False, examples=[{HOSTILE: HOSTILE}], error=HOSTILE)
    words = page(settings, verdict(failed))
    assert "script" not in words.names
    assert {address for address in words.addresses if not address.startswith("#")} == {"../status.html"}
    assert "://" not in data_docs.write(settings, verdict()).read_text(encoding="utf-8")


def test_the_nights_before_are_told_newest_first_and_one_that_is_damaged_is_left_out(settings):
    followers = entry("fct_account_daily.followers_is_possible")
    first = quality.record(settings, verdict(result(followers, success=False, observed="3 unexpected")))
    quality.record(settings, verdict())
    first.with_name("20200101T000000000000Z.parquet").write_bytes(b"damaged")
    nights = data_docs._nights(settings)
    assert [night.mark(followers.key) for night in nights] == ["✓", "✗"]
    assert [[one["key"] for one in night.failed] for night in nights] == [[], [followers.key]]
    assert nights[0].mark("fct_x.not_judged_then") == "·"
    text = page(settings, verdict()).text
    assert "✓✗" in text
    assert any("3 unexpected" in said for said in text)
