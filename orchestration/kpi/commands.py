"""`warehouse kpi …`: the words of the command line, and what each prints."""

from __future__ import annotations

import argparse
from pathlib import Path

from orchestration import publish
from orchestration.kpi import changes, checker, drawing, emitters, pictures, registry, templates
from orchestration.settings import Problem, Settings

FORMATS = {**pictures.FORMATS, "svg": drawing.svg}
KGI_TYPES = ("awareness", "community", "sales", "leads", "store_visits")


def add_words(kpi: argparse.ArgumentParser) -> None:
    """Add the grammar of the subcommands."""
    kpi.add_argument("--seeds", type=Path, default=registry.SEEDS, metavar="DIR", help="folder of the KPI seeds")
    what = kpi.add_subparsers(dest="what", required=True, metavar="WHAT")
    check = what.add_parser("check", help="the registry's faults with file, line and remedy; status 1 if there are any")
    before = "folder of the seeds as they were, or a revision of git: judge the change too"
    check.add_argument("--against", metavar="BEFORE", help=before)
    tree = what.add_parser("tree", help="a published tree with actual, required, attainment and contribution")
    tree.add_argument("tree_id", help="brand_id.kgi_id")
    tree.add_argument("--format", choices=FORMATS, default="mermaid")
    tree.add_argument("--language", choices=["en", "ja"], default="en")
    tree.add_argument("--period", choices=["day", "week", "month", "quarter"], default="month")
    tree.add_argument("--version", type=int, metavar="N", help="of the tree (default: the newest)")
    template = what.add_parser("template", help="rows of the seeds for a kind of goal, to copy and edit")
    template.add_argument("kgi_type", choices=KGI_TYPES)
    template.add_argument("--brand", default="*", help="brand_id (default: every brand)")
    emit = what.add_parser("emit", help="the registry as dbt docs, MetricFlow and Lightdash files")
    emit.add_argument("folder", type=Path)
    for each in (check, tree, template, emit):
        # What stands on the word before is not overruled by a default here.
        each.add_argument("--home", default=argparse.SUPPRESS, metavar="DIR", help="in place of WAREHOUSE_HOME")
        each.add_argument(
            "--seeds", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="folder of the KPI seeds"
        )


def act(settings: Settings, words: argparse.Namespace) -> tuple[str, list[str]]:
    """Do what the words say; return what to print, and the problems."""
    if words.what == "check":
        return _check(settings, words)
    if words.what == "tree":
        served = publish.served(settings)
        if served is None:
            raise Problem("nothing is published yet: `warehouse run` or `warehouse demo` does it.")
        root = pictures.read(served, words.tree_id, words.period, words.version)
        return FORMATS[words.format](root, words.language), []
    if words.what == "template":
        return templates.text(words.kgi_type, words.brand, words.seeds), []
    checker.require_sound(words.seeds)
    return "\n".join(map(str, emitters.write(words.folder, registry.Registry.read(words.seeds)))), []


def _check(settings: Settings, words: argparse.Namespace) -> tuple[str, list[str]]:
    read = registry.Registry.read(words.seeds)
    found, said = [*checker.faults(read)], []
    if not found:
        found += checker.lint(read)
    if words.against and not read.faults:
        with changes.seeds_of(words.against) as folder:
            if folder is None:
                said.append(
                    f"{words.against} is no folder and no revision that git has here: the change is not judged."
                )
            else:
                before = registry.Registry.read(folder)
                found += changes.faults(before, read)
                said += changes.effects(before, read, publish.served(settings))
    if not found:
        said.append(f"{len(read.kgis)} goals, {len(read.kpis)} KPIs and {len(read.trees())} trees are sound.")
    return "\n".join(said), [str(fault) for fault in found]
