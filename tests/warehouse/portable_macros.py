"""What each macro of macros/portable/ gives for one input, asked of an engine in one dbt command."""

from __future__ import annotations

import json
import os
import re
import subprocess

from orchestration import transform
from orchestration.settings import DBT_PROJECT, Settings

AT = "cast('2026-03-08 15:30:00+00:00' as {{ type_of_target('timestamp with time zone') }})"
SUNDAY = "cast('2026-03-08' as date)"
URL = "'https://shop.example.com/tea/green?utm_content=p-1&utm_source=#top'"
TOKYO = "\"'Asia/Tokyo'\""
CASES = {
    "whole_numbers": ("(select cast(max(n) as bigint) from ({{ whole_numbers() }}) as numbers)", "9999"),
    "digits": ("(select cast(sum(n) as bigint) from ({{ digits() }}) as digits)", "45"),
    "ratio": ("{{ ratio('1', '4') }}", "0.25"),
    "hashtags_of": ("{{ hashtags_of(\"'Slow #Coffee and ＃茶, #1'\") }}", "coffee 茶 1"),
    "url_parameter": ("{{ url_parameter(url, 'utm_content') }}", "p-1"),
    "tag": ("length({{ tag(\"'\" ~ 'x' * 10000 ~ \"'\") }})", "255"),
    "url_path": ("{{ url_path(url) }}", "/tea/green"),
    "local_time": ("{{ local_time(at, " + TOKYO + ") }}", "2026-03-09 00:30:00"),
    "local_date": ("{{ local_date(at, " + TOKYO + ") }}", "2026-03-09"),
    # Clocks in Los Angeles went forward that night, so the next day begins an hour earlier by UTC.
    "day_begins_at": (
        "{{ epoch_s(day_begins_at(add_days(sunday, 1), \"'America/Los_Angeles'\")) }}",
        "1773039600",
    ),
    "settles_at": ("{{ epoch_s(settles_at(sunday, \"'America/Los_Angeles'\")) }}", "1773212400"),
    "epoch_s": ("{{ epoch_s(at) }}", "1772983800"),
    "add_days": ("{{ add_days(sunday, -8) }}", "2026-02-28"),
    "days_between": ("{{ days_between(\"cast('2026-02-28' as date)\", sunday) }}", "8"),
    "period_start": ("{{ period_start('week', sunday) }}", "2026-03-02"),
    "period_end": ("{{ period_end('quarter', period_start('quarter', sunday)) }}", "2026-03-31"),
    "month_of": ("{{ month_of(sunday) }}", "2026-03-01"),
    "day_bit": ("{{ day_bit(sunday) }}", "128"),
    # The engines hash differently; of both, rows in another order hash alike and fewer rows do not.
    "sum_of_hashes": (
        "(select count(distinct h) from (select {{ sum_of_hashes(['n']) }} as h from (select 1 as g, 3 as n union all"
        " select 1, 4 union all select 2, 4 union all select 2, 3 union all select 3, 3) as x group by g) as y)",
        "2",
    ),
    "iso_weekday": ("{{ iso_weekday(sunday) }}", "7"),
    "type_of_target": ("cast('x' as {{ type_of_target('varchar') }})", "x"),
}


def declared() -> set[str]:
    """The macros of the folder; what only one engine has is reached through the one that chooses."""
    files = (DBT_PROJECT / "macros" / "portable").glob("*.sql")
    names = {name for file in files for name in re.findall(r"{%-?\s*macro\s+(\w+)", file.read_text(encoding="utf-8"))}
    return {name for name in names if not name.startswith(("default__", "spark__"))}


def given(settings: Settings, environ: dict[str, str]) -> dict[str, str]:
    """Ask the engine of `settings` for every case at once, each as a text."""
    columns = ", ".join(
        f"cast({call} as {{{{ dbt.type_string() }}}}) as case_{name}" for name, (call, _) in CASES.items()
    )
    names = "".join(
        f"{{% set {name} %}}{value}{{% endset %}}" for name, value in {"at": AT, "sunday": SUNDAY, "url": URL}.items()
    )
    done = subprocess.run(
        [str(transform.DBT), "--quiet", "show", "--inline", f"{names}select {columns}", "--output", "json"],
        env={**os.environ, **environ, **transform.environment(settings)},
        cwd=DBT_PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    (row,) = json.loads(done.stdout[done.stdout.index("{") :])["show"]
    return {name.removeprefix("case_"): value for name, value in row.items()}


def expected() -> dict[str, str]:
    """What every engine has to give."""
    return {name: value for name, (_, value) in CASES.items()}
