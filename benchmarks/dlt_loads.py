"""The reference of P3: dlt, given the page files that our own load is given."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import Work

KEY = ("id", "snapshot_date")


def new_database(home: str) -> Path:
    """Return where a database may be made that nothing else uses."""
    return Path(tempfile.mkdtemp(dir=home)) / "warehouse.duckdb"


def x_dicts(home: str) -> Work:
    """Merge posts as the dicts that they are; lists in them stay JSON."""
    return _merge(home, "x/posts", lambda records: records, max_table_nesting=0)


def x_arrow(home: str) -> Work:
    """Merge posts as Arrow tables of flat records."""
    import pyarrow

    return _merge(home, "x/posts", lambda records: pyarrow.Table.from_pylist([_flat(record) for record in records]))


def instagram_dicts(home: str) -> Work:
    """Merge media as the dicts that they are; dlt makes tables of the insights and their values."""
    return _merge(home, "instagram/media", lambda records: records)


def _merge(home: str, stream: str, shaped: Callable[[list[dict]], Any], **options: Any) -> Work:
    import dlt

    database = new_database(home)

    def pipeline(path: Path) -> Any:
        destination = dlt.destinations.duckdb(str(path))
        return dlt.pipeline("load", destination=destination, dataset_name="raw", pipelines_dir=str(path.parent))

    def run(path: Path, pages: Iterator[list[dict]]) -> Any:
        records = dlt.resource(
            (shaped(page) for page in pages),
            name="records",
            write_disposition="merge",
            primary_key=KEY,
            **options,
        )
        pipeline(path).run(records, loader_file_format="parquet")

    # dlt imports much of itself and pyarrow on first use, and imports are not what is measured.
    run(new_database(home), iter([next(_pages(home, stream))[:1]]))

    def load() -> dict:
        run(database, _pages(home, stream))
        return {"rows": _count(database)}

    return load


def _pages(home: str, stream: str) -> Iterator[list[dict]]:
    import orjson
    import zstandard

    for file in sorted((Path(home) / "landing" / stream).glob("*/*.zst")):
        lines = zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes()).splitlines()
        account_id, snapshot_date = file.name.split(".")[0], file.parent.name
        for line in lines:
            records = orjson.loads(line)["body"]["data"]
            yield [{**record, "account_id": account_id, "snapshot_date": snapshot_date} for record in records]


def _flat(post: dict) -> dict:
    metrics = {
        f"{kind}_{name}": value
        for kind in ("public", "non_public", "organic")
        for name, value in post[f"{kind}_metrics"].items()
    }
    urls = post["entities"].get("urls")
    return {
        "id": post["id"],
        "snapshot_date": post["snapshot_date"],
        "account_id": post["account_id"],
        "text": post["text"],
        "created_at": post["created_at"],
        "conversation_id": post["conversation_id"],
        "first_post_id": post["edit_history_tweet_ids"][0],
        "hashtags": " ".join(hashtag["tag"] for hashtag in post["entities"]["hashtags"]),
        "link_url": urls[0]["expanded_url"] if urls else "",
        **metrics,
    }


def _count(database: Path) -> int:
    import duckdb

    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute("select count(*) from raw.records").fetchone()[0]
