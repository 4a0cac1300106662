"""How Great Expectations reaches a candidate: over SQLAlchemy, with its profile and what is served attached."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orchestration import profile


def attach(con, served: Path | None, profiled: Path) -> None:
    """Give a connection to the candidate its profile and what is served; its fellows have them already."""
    con.execute("set timezone = 'UTC'")
    if "profile" not in {name for (name,) in con.execute("select database_name from duckdb_databases()").fetchall()}:
        con.execute(f"attach '{profiled}' as profile (read_only)")
        profile.attach_served(con, con.execute("select current_database()").fetchone()[0], served)


def teach_sqlalchemy(attach: Callable[[Any], None]) -> None:
    """Let each connection `attach` what expectations compare with, and fetch each result at once.

    Great Expectations reads a result after giving its connection back, and DuckDB drops the rows then, so that
    every metric would fail with `list index out of range`.
    """
    import sqlalchemy as sa
    from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

    class Warehouse(sa.engine.CreateEnginePlugin):
        def update_url(self, url: sa.URL) -> sa.URL:
            return url.difference_update_query(["plugin"])

        def engine_created(self, engine: sa.Engine) -> None:
            @sa.event.listens_for(engine, "connect")
            def connected(connection, record) -> None:  # noqa: ARG001
                attach(connection)

            @sa.event.listens_for(engine, "after_cursor_execute")
            def buffer(connection, cursor, statement, parameters, context, executemany) -> None:  # noqa: ARG001
                if cursor.description:
                    context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                        cursor, initial_buffer=deque(cursor.fetchall())
                    )

    sa.dialects.plugins.register("warehouse", __name__, "Warehouse")
    globals()["Warehouse"] = Warehouse
