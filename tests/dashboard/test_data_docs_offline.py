"""Data docs in headless Chromium, straight from the disk."""

from __future__ import annotations

from orchestration import data_docs
from orchestration.settings import Settings
from tests.orchestration.test_data_docs import entry, result, verdict


def test_data_docs_ask_nothing_of_anybody_and_show_only_what_failed_where_asked(browser, tmp_path):
    failed = result(entry("dim_posts.has_rows"), success=False, observed="observed 0", examples=[{"post_id": "x:1"}])
    path = data_docs.write(Settings.load(tmp_path, {}), verdict(failed))
    page, asked, errors = browser.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    assert errors == []
    shown = page.get_by_text("no_day_is_skipped").first
    assert shown.is_visible()
    page.get_by_label("only what did not pass").check()
    assert not shown.is_visible()
    assert page.get_by_text("observed 0").is_visible()
    assert page.get_by_role("cell", name="x:1", exact=True).is_visible()
    page.close()
