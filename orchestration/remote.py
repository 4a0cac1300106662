"""The Spark Connect server that `SPARK_REMOTE` names: whether the client is here, whether it answers, a session."""

from __future__ import annotations

import socket
import warnings
from importlib.util import find_spec
from urllib.parse import urlsplit

from orchestration.settings import Problem, Settings

DEFAULT_PORT = 15002
CONNECT_TIMEOUT_S = 10
CLIENT = ("pyspark", "dbt.adapters.spark")


def check(settings: Settings) -> str:
    """Return the server's address once something answers there; the client alone would try for ten minutes."""
    remote = settings.environ.get("SPARK_REMOTE", "").strip()
    parts = urlsplit(remote)
    if parts.scheme != "sc" or not parts.hostname:
        # What is there may hold a token, so it is not told.
        raise Problem("SPARK_REMOTE names no server: put the address of a Spark Connect server there, sc://host:15002.")
    try:
        socket.create_connection((parts.hostname, parts.port or DEFAULT_PORT), timeout=CONNECT_TIMEOUT_S).close()
    except OSError as error:
        raise Problem(
            f"no Spark Connect server answers at {_place(remote)} ({error.strerror or error}): start it or"
            " mend SPARK_REMOTE."
        ) from None
    return remote


def require_client() -> None:
    """Refuse to go on without what dbt and a session need of Spark."""
    if any(find_spec(package) is None for package in CLIENT):
        raise Problem(
            "the Spark client is not installed: `.venv/bin/pip install '.[spark]'` in the repository adds it."
        )


def session(settings: Settings):
    """Open a session of this process's own; say what is amiss if there is none to be had."""
    require_client()
    remote = check(settings)
    import grpc  # it comes with the client

    with warnings.catch_warnings():
        # Of a pandas that is newer than the client; nothing here goes through pandas.
        warnings.simplefilter("ignore", FutureWarning)
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
        from pyspark.sql.connect.client import DefaultChannelBuilder
    try:
        with DefaultChannelBuilder(remote).toChannel() as channel:
            grpc.channel_ready_future(channel).result(timeout=CONNECT_TIMEOUT_S)
        opened = SparkSession.builder.remote(remote).create()
        opened.conf.set("spark.sql.session.timeZone", "UTC")
    except grpc.FutureTimeoutError:
        raise Problem(
            f"what answers at {_place(remote)} speaks no Spark Connect: mend SPARK_REMOTE (one behind TLS ends in"
            " /;use_ssl=true)."
        ) from None
    except PySparkException as error:
        reason = str(error).splitlines()[0]
        raise Problem(
            f"the Spark Connect server at {_place(remote)} refused a session ({reason}): mend SPARK_REMOTE."
        ) from None
    return opened


def _place(remote: str) -> str:
    """Return host and port without what else the address holds, such as a token."""
    parts = urlsplit(remote)
    return f"{parts.hostname}:{parts.port or DEFAULT_PORT}"
