"""The page of metric definitions says what the registry says."""

from __future__ import annotations

from tests import glossary
from tests.catalogue import metrics


def test_the_page_of_metrics_is_current():
    assert glossary.PAGE.read_text(encoding="utf-8") == glossary.page(), "run python -m tests.glossary"


def test_every_metric_has_its_line_with_both_names():
    text = glossary.page()
    for metric, row in metrics().items():
        (line,) = [line for line in text.splitlines() if line.startswith(f"| `{metric}` |")]
        assert f"| {row['label_en']} · {row['label_ja']} |" in line
        assert line.count(" | ") == 5
