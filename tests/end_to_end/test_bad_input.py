"""Whatever is wrong is named with its remedy in one sentence; the rest is whole; the last good file is still served."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time

import duckdb
import pytest
import requests
import zstandard

from orchestration.settings import REPOSITORY
from tests.end_to_end.conftest import (
    CANARY,
    WAREHOUSE,
    clean_environment,
    digests,
    sandbox_environment,
    warehouse,
)

pytestmark = pytest.mark.slow

DAY = "2026-07-12"
PRESENT = "2026-07-13T00:00:00Z"
UNKNOWN = "17841400000000999"
RUN = ("run", "--date", DAY)


@pytest.fixture
def home(home_before_the_last_day):
    return home_before_the_last_day


@pytest.fixture
def environ(sandbox):
    yield sandbox_environment(sandbox)
    requests.delete(sandbox["SANDBOX_URL"] + "/faults", timeout=10)


@pytest.fixture
def served_before(home):
    return digests(home / "published" / "marts.duckdb")


def script(sandbox, *faults: tuple[str, str, object]) -> None:
    """Make the sandbox misbehave: source, path and what."""
    told = [{"source": source, "path": path, "when": "always", "what": what} for source, path, what in faults]
    requests.post(sandbox["SANDBOX_URL"] + "/faults", json=told, timeout=10).raise_for_status()


def complaint(done: subprocess.CompletedProcess) -> str:
    """The one line on standard error that says what is wrong."""
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("warehouse: ")]
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0].removeprefix("warehouse: ")


def complaints(done: subprocess.CompletedProcess) -> dict[str, list[str]]:
    """The lines on standard error by the source that they name."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    said: dict[str, list[str]] = {}
    for line in done.stderr.splitlines():
        if line.startswith("warehouse: "):
            sentence = line.removeprefix("warehouse: ")
            said.setdefault(sentence.split()[0], []).append(sentence)
    return said


def ledger(home) -> set[tuple[str, str, str]]:
    """Source, account and status of what the ledger says of the last day's run."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return set(
            con.execute(
                "select source, account_id, status from raw_registry.loads"
                " where source <> 'files' and window_date >= ? and (captured_at is null or captured_at >= ?)",
                [DAY, PRESENT],
            ).fetchall()
        )


def served_on_the_last_day(home) -> dict[str, bool | None]:
    """By account, whether its engagements of the last day are served, None where they are unknown."""
    with duckdb.connect(str(home / "published" / "marts.duckdb"), read_only=True) as con:
        rows = con.execute(
            "select account_id, case when engagements is not null then true end from marts.fct_account_daily"
            " where date = ?",
            [DAY],
        ).fetchall()
    return dict(rows)


def publication(home) -> tuple[bool, dict[str, str]]:
    """Whether what is served lacks something, and how far each source has come."""
    with duckdb.connect(str(home / "published" / "marts.duckdb"), read_only=True) as con:
        is_partial, through = con.execute("select is_partial, sources_through from marts.publication").fetchone()
    return is_partial, json.loads(through)


def drop_a_row_that_does_not_fit(home) -> None:
    folder = home / "landing" / "inbox" / "product_events"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "broken.csv").write_text(
        "event_id,entity_type,entity_id,event_type,occurred_at,quantity\nx1,customer,c,login,soon,1\n"
    )


def test_each_account_that_fails_is_named_the_rest_is_served_and_a_later_run_makes_the_day_whole(
    home, environ, sandbox, served_before, tmp_path
):
    """A missing token, a refused one, an unknown account, an API that is down, one that sends a page, a bad row.

    What came is published with its age; what did not is unknown and never zero.
    """
    listed = tmp_path / "accounts.yml"
    text = (REPOSITORY / "accounts.yml").read_text(encoding="utf-8")
    listed.write_text(text.replace("17841400000000102", UNKNOWN), encoding="utf-8")
    told = {**environ, "WAREHOUSE_ACCOUNTS": str(listed)}
    del told["X_TOKEN_AOZORA"]
    script(
        sandbox,
        ("instagram", "*17841400000000101*", "token_refused"),
        ("ga4", "*310000102*", "status_503"),
        ("hubspot", "*deals*", "html"),
    )
    drop_a_row_that_does_not_fit(home)
    said = complaints(warehouse(home, *RUN, environ=told))

    assert said["x"] == [
        "x account 1500000000000000101: X_TOKEN_AOZORA is not set: put the account's token there (see .env.example)."
    ]
    refused, unknown = sorted(said["instagram"])
    assert "17841400000000101" in refused
    assert "INSTAGRAM_TOKEN_AOZORA" in refused
    assert f"instagram account {UNKNOWN}" in unknown
    assert len(said["ga4"]) == 1
    assert "310000102" in said["ga4"][0]
    assert all("instead of a JSON object" in sentence for sentence in said["hubspot"])
    assert digests(home / "published" / "marts.duckdb") != served_before
    assert served_on_the_last_day(home) == {
        "instagram:17841400000000101": None,
        f"instagram:{UNKNOWN}": None,
        "x:1500000000000000101": None,
        "x:1500000000000000102": True,
    }
    assert publication(home) == (True, {"ga4": DAY, "hubspot": DAY, "instagram": "2026-07-13", "x": "2026-07-13"})
    page = (home / "published" / "status.html").read_text(encoding="utf-8")
    assert "X_TOKEN_AOZORA is not set" in page
    assert ledger(home) == {
        ("ga4", "310000101", "loaded"),
        ("ga4", "310000102", "failed"),
        ("hubspot", "24000101", "failed"),
        ("hubspot", "24000101", "loaded"),
        ("hubspot", "24000101", "skipped"),
        ("hubspot", "24000102", "failed"),
        ("hubspot", "24000102", "loaded"),
        ("hubspot", "24000102", "skipped"),
        ("instagram", "17841400000000101", "failed"),
        ("instagram", UNKNOWN, "failed"),
        # Where Instagram may refuse a metric, a refusal is an answer: it becomes the reason in metric_availability.
        ("instagram", UNKNOWN, "loaded"),
        ("x", "1500000000000000101", "failed"),
        ("x", "1500000000000000102", "loaded"),
    }
    (aside,) = (home / "landing" / "quarantine" / "product_events").glob("broken.*.ndjson")
    assert json.loads(aside.read_text())["reason"] == "occurred_at is not a TIMESTAMPTZ"
    assert [path for path in files_of(home) if CANARY in everything_in(path)] == []

    requests.delete(sandbox["SANDBOX_URL"] + "/faults", timeout=10)
    again = warehouse(home, *RUN, environ=environ)
    assert again.returncode == 0, again.stderr
    listed_ones = {each for each in ledger(home) if UNKNOWN not in each}
    # What portals without a Service Hub don't tell is skipped in each run.
    assert {status for source, _, status in listed_ones if source != "hubspot"} == {"loaded"}
    assert {status for source, _, status in listed_ones if source == "hubspot"} == {"loaded", "skipped"}
    assert set(served_on_the_last_day(home).values()) == {True}
    assert publication(home)[0] is False
    assert [path for path in files_of(home) if CANARY in everything_in(path)] == []


def test_a_malformed_accounts_file_is_named_with_entry_and_remedy(home, environ, tmp_path):
    listed = tmp_path / "accounts.yml"
    listed.write_text("brands:\n  - brand_id: Aozora\n", encoding="utf-8")
    said = complaint(warehouse(home, *RUN, environ={**environ, "WAREHOUSE_ACCOUNTS": str(listed)}))
    assert said.startswith(f"{listed}: brands.0.")
    assert said.endswith("mend the entry and run again.")


def test_a_bad_seed_row_stops_the_build_with_file_and_line(home, environ, tmp_path, served_before):
    project = tmp_path / "repository"
    shutil.copytree(
        REPOSITORY, project, ignore=shutil.ignore_patterns(".venv", ".git", "landing", "published", ".warehouse")
    )
    seed = project / "dbt_project" / "seeds" / "funnel_stages.csv"
    text = seed.read_text(encoding="utf-8")
    assert "*,3,consideration,Consideration,比較,purchase_page_views" in text
    seed.write_text(text.replace("比較,purchase_page_views", "比較,purchase_page_vews"), encoding="utf-8")
    done = subprocess.run(
        [WAREHOUSE.replace("/bin/warehouse", "/bin/python"), "-m", "orchestration.cli", *RUN, "--home", str(home)],
        cwd=project,
        env={**clean_environment(), **environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = complaint(done)
    assert "dbt_project/seeds/funnel_stages.csv" in said
    assert "purchase_page_vews" in said
    assert digests(home / "published" / "marts.duckdb") == served_before


def test_a_second_run_at_the_same_time_is_told_to_wait(home, environ):
    first = subprocess.Popen(
        [WAREHOUSE, *RUN, "--home", str(home)],
        env={**clean_environment(), **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while (home / ".warehouse" / "run.lock").read_text() != str(first.pid):
            time.sleep(0.02)
        said = complaint(warehouse(home, *RUN, environ=environ))
        assert re.match(r"another run \(process \d+\) is at work in .*: wait until it has ended\.", said)
    finally:
        first.kill()
        first.communicate(timeout=60)


def test_a_red_gate_keeps_the_last_file_and_names_what_failed(home, environ, served_before):
    """A model that doubles a day is what the gate is there for; here the build is damaged after dbt."""
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        con.execute("create table twin as from marts.funnel_daily")
        con.execute("drop table marts.funnel_daily")
        con.execute("create table marts.funnel_daily as from twin union all from twin")
        con.execute("drop table twin")
    said = complaint(warehouse(home, "publish", environ=environ))
    assert "the gate refused the build, the last publication is still served" in said
    assert "funnel_daily.one_row_each failed" in said
    assert '"stages": "14"' in said
    assert '"copies": "2"' in said
    assert digests(home / "published" / "marts.duckdb") == served_before


def test_no_email_is_in_any_file_that_a_run_leaves_behind(rehearsed):
    email = re.compile(r"[a-z0-9._]+@[a-z]+\.(com|net|org)")
    owners = re.compile(r"(data-engineering|analytics|marketing-analytics|customer-analytics)@example\.com")
    leaks = [path for path in files_of(rehearsed) if email.search(owners.sub("", everything_in(path)))]
    assert leaks == []


def files_of(home) -> list:
    return [path for path in home.rglob("*") if path.is_file() and "truth" not in path.parts]


def everything_in(path) -> str:
    """All that a file says, also where it is compressed."""
    if path.suffix == ".zst":
        with path.open("rb") as file:
            return zstandard.ZstdDecompressor().stream_reader(file).read().decode()
    if path.suffix == ".parquet":
        return str(duckdb.execute(f"from '{path}'").fetchall())
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as con:
            tables = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
            return str([con.execute(f"from {table}").fetchall() for (table,) in tables])
    return path.read_bytes().decode(errors="replace")
