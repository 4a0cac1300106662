"""Dagster's own SQLite event log, with connections that are kept.

The stock one opens a connection, and so compiles its SQL and syncs the file, for each of a run's five thousand
statements: half of what Dagster costs a day. Files and schema are the stock ones; the UI and the daemon read them as
ever.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from dagster._core.storage.event_log import SqliteEventLogStorage


class EventLog(SqliteEventLogStorage):
    """One connection a file, for as long as the process lives; it serves one run."""

    def __init__(self, base_dir: str, inst_data=None):
        self._engines: dict[str, sa.Engine] = {}
        self._found: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data, config_value):
        """Build from the instance's configuration."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            engine = self._engines.get(shard)
            if engine is None:
                engine = self._engines[shard] = self._open(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _open(self, shard: str) -> sa.Engine:
        engine = sa.create_engine(
            self.conn_string_for_shard(shard),
            poolclass=sa.StaticPool,
            connect_args={"timeout": 60, "check_same_thread": False},
        )
        self._initdb(engine)
        with engine.connect() as connection:
            # In the write-ahead log a killed process loses nothing for want of it, only a power cut would.
            connection.exec_driver_sql("pragma synchronous = normal")
        return engine

    def has_table(self, table_name: str) -> bool:
        """Say whether a table is there; one that was found is not looked for again, as it is for each check's event."""
        if table_name not in self._found and super().has_table(table_name):
            self._found.add(table_name)
        return table_name in self._found

    def dispose(self) -> None:
        """Close every file."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()
