"""Scenario files with planted incidents of exposure: `python -m benchmarks.triage_scenarios FOLDER [--first-seed N]`.

Each of the five causes, mixtures of two, and worlds in which nothing happens, over accounts of every size. What counts
is written as YAML, so that a file can be read, changed and served by the sandbox as any other.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import yaml

START = date(2026, 6, 1)
DAYS = 70
EARLIEST = 35  # days of the world before anything happens, so that there is a history to differ from
FEW_POSTS = {"volume": 9}  # posts a week below which no number of posts can be unusual
CAUSES = ("period", "viral", "volume", "platform", "access")
MIXTURES = (("viral", "platform"), ("volume", "access"), ("volume", "viral"), ("volume", "platform"))
EACH, NONE = 6, 20


def scenarios(first_seed: int) -> Iterator[tuple[str, dict]]:
    """Yield the name and the document of each scenario."""
    plans = [(cause,) for cause in CAUSES for _ in range(EACH)] + [*MIXTURES] + [()] * NONE
    for number, causes in enumerate(plans):
        seed = first_seed + number
        yield f"{number:02d}-{'-'.join(causes) or 'none'}", _document(seed, causes)


def _document(seed: int, causes: tuple[str, ...]) -> dict:
    rng = Random(seed)
    brands = [_brand(rng, number) for number in range(3)]
    hit = rng.choice([account for brand in brands for account in brand["accounts"]])
    for cause in causes:
        hit["posts_per_week"] = max(hit["posts_per_week"], FEW_POSTS.get(cause, 0))
    start = START + timedelta(days=rng.randint(EARLIEST, DAYS - 16))
    return {
        "seed": seed,
        "start": START,
        "days": DAYS,
        "brands": brands,
        "incidents": [_incident(rng, cause, hit, start) for cause in causes],
    }


def _brand(rng: Random, number: int) -> dict:
    return {
        "brand_id": f"brand{number}",
        "name": f"Brand {number}",
        "zone": rng.choice(["Asia/Tokyo", "Europe/Berlin", "America/New_York"]),
        "currency": "EUR",
        "ga4_property": f"31000010{number}",
        "hubspot_portal": f"2400010{number}",
        "accounts": [
            {
                "platform": platform,
                "native_id": f"{prefix}{number}",
                "handle": f"brand{number}_{platform}",
                "followers": rng.choice([3000, 8000, 20000, 60000]),
                "posts_per_week": rng.choice([5, 7, 9, 12, 18]),
                "ads": rng.random() < 0.5,
            }
            for platform, prefix in (("instagram", "1784140000000010"), ("x", "150000000000000010"))
        ],
    }


def _incident(rng: Random, cause: str, hit: dict, start: date) -> dict:
    plant = {
        "period": lambda: {"kind": "settling_delay", "days": rng.randint(2, 4), "size": rng.choice([24, 36, 48])},
        "viral": lambda: {"kind": "viral", "size": rng.choice([20, 30, 60])},
        "volume": lambda: {"kind": "volume", "days": rng.randint(7, 14), "size": rng.choice([0.0, 0.2, 0.3])},
        "platform": lambda: {"kind": "platform", "days": rng.randint(4, 14), "size": rng.choice([0.3, 0.5, 0.6])},
        "access": lambda: {"kind": "access", "days": rng.randint(3, 10), "size": rng.choice([0.3, 0.4, 0.5])},
    }[cause]()
    return {"account": hit["platform"] if cause == "platform" else hit["native_id"], "start": start, **plant}


def write(folder: Path, first_seed: int) -> list[Path]:
    """Write every scenario into `folder`, return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, document in scenarios(first_seed):
        path = folder / f"{name}.yml"
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        paths.append(path)
    return paths


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the scenario files of the triage.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first-seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{len(write(given.folder, given.first_seed))} scenarios in {given.folder}")
