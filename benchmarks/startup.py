"""P10: what it costs to import the definitions, against Dagster itself; and, without a goal, to resolve them."""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module

from benchmarks.measure import Line, Work, compared, in_turns, spent, work

HEAVY = ("great_expectations", "dbt", "pandas", "scipy")


def measured() -> list[Line]:
    """Import both in turns, then resolve every definition over a parsed project."""
    with tempfile.TemporaryDirectory() as home:
        environ = {"WAREHOUSE_HOME": home}
        spent(parsed, environ)
        taken = in_turns(
            {
                "import orchestration.definitions": lambda: spent(
                    imported, environ, module="orchestration.definitions"
                ),
                "import dagster": lambda: spent(imported, environ, module="dagster"),
                "resolve the definitions": lambda: spent(resolved, environ),
            }
        )
    ours, dagster, whole = taken.values()
    heavy = sorted({module for one in ours for module in one.facts["heavy"]})
    return [
        compared("P10 importing the definitions ≤ 1.3 × import dagster", ours, [dagster], 1.3, work),
        Line(f"P10 not loaded by it: {', '.join(HEAVY)}", f"loaded: {', '.join(heavy) or 'none'}", not heavy),
        Line(
            "    resolving every definition, import included",
            compared("", whole, [dagster], 0, work).figure,
        ),
    ]


def imported(module: str) -> Work:
    """Import `module`; report which heavy ones came along."""

    def load() -> dict:
        import_module(module)
        return {"heavy": [name for name in HEAVY if name in sys.modules]}

    return load


def parsed() -> Work:
    """Make the manifest that the definitions read."""
    from orchestration import transform
    from orchestration.settings import Settings

    return lambda: {"manifest": str(transform.ensure_manifest(Settings.load()))}


def resolved() -> Work:
    """Import, build and resolve the definitions, as a Dagster process does when it loads them."""

    def load() -> dict:
        from orchestration.definitions import build
        from orchestration.settings import Settings

        repository = build(Settings.load()).get_repository_def()
        return {"jobs": len(repository.get_all_jobs())}

    return load
