from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors import SOURCES
from orchestration.settings import REPOSITORY, Problem, Settings

DAY = date(2026, 8, 31)


def test_a_token_that_is_not_set_is_named_with_the_remedy(tmp_path):
    with pytest.raises(Problem, match=r"X_TOKEN is not set: put the account's token there"):
        Settings.load(tmp_path, {}).token("X_TOKEN")


def test_a_missing_person_key_is_named(tmp_path):
    with pytest.raises(Problem, match="WAREHOUSE_PERSON_KEY is missing or shorter than 16"):
        _ = Settings.load(tmp_path, {"WAREHOUSE_PERSON_KEY": "short"}).person_key


def test_a_start_that_is_no_day_is_named(tmp_path):
    with pytest.raises(Problem, match="WAREHOUSE_START_DATE is 'soon'"):
        _ = Settings.load(tmp_path, {"WAREHOUSE_START_DATE": "soon"}).start_date


def test_an_address_with_a_present_is_that_of_the_day_after(tmp_path):
    settings = Settings.load(tmp_path, {"X_BASE_URL": "http://127.0.0.1:1/at/{present}/x"})
    assert settings.base_url("x", DAY) == "http://127.0.0.1:1/at/2026-09-01/x"
    assert settings.is_rehearsed("x")
    assert not settings.is_rehearsed("instagram")


def test_an_empty_address_means_the_live_service(tmp_path):
    settings = Settings.load(tmp_path, {"X_BASE_URL": ""})
    assert settings.base_url("x", DAY) == SOURCES["x"].default_base_url


def test_a_home_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Problem, match="choose another folder"):
        Settings.load(tmp_path / "file" / "home", {})


def test_secrets_are_not_in_the_settings_representation(tmp_path):
    assert "canary" not in repr(Settings.load(tmp_path, {"X_TOKEN": "canary"}))


def test_every_variable_that_the_code_reads_is_in_the_example():
    example = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    read = {source.base_url_env for source in SOURCES.values()}
    text = Path(REPOSITORY / "orchestration" / "settings.py").read_text(encoding="utf-8")
    read |= {
        word.strip('"') for word in text.replace("(", " ").replace(")", " ").split() if word.startswith('"WAREHOUSE_')
    }
    assert {name.rstrip('",') for name in read} <= {line.split("=")[0] for line in example.splitlines() if "=" in line}
