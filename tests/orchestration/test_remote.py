from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from orchestration import remote, transform
from orchestration.settings import Problem, Settings


def settings(tmp_path, address: str = "") -> Settings:
    return Settings.load(tmp_path, {"WAREHOUSE_ENGINE": "spark", "SPARK_REMOTE": address})


@pytest.mark.parametrize("address", ["", "127.0.0.1:15002", "http://127.0.0.1:15002/;token=canary", "sc://"])
def test_a_server_that_is_not_named_is_asked_for(tmp_path, address):
    with pytest.raises(Problem) as told:
        remote.check(settings(tmp_path, address))
    assert str(told.value) == (
        "SPARK_REMOTE names no server: put the address of a Spark Connect server there, sc://host:15002."
    )


def test_a_server_that_does_not_answer_is_named_without_its_token(tmp_path):
    with pytest.raises(Problem) as told:
        remote.check(settings(tmp_path, "sc://127.0.0.1:9/;token=canary"))
    assert str(told.value).startswith("no Spark Connect server answers at 127.0.0.1:9 (")
    assert "canary" not in str(told.value)


@pytest.mark.parametrize("ask", [transform.ensure_manifest, remote.session])
def test_without_the_client_its_installation_is_told_before_anything_is_tried(tmp_path, monkeypatch, ask):
    monkeypatch.setattr(remote, "find_spec", lambda _: None)
    with pytest.raises(Problem) as told:
        ask(settings(tmp_path, "sc://127.0.0.1:9"))
    assert str(told.value) == (
        "the Spark client is not installed: `.venv/bin/pip install '.[spark]'` in the repository adds it."
    )


def test_a_server_of_something_else_is_told_in_seconds(tmp_path, monkeypatch):
    pytest.importorskip("pyspark", reason="the extra spark is not installed")
    monkeypatch.setattr(remote, "CONNECT_TIMEOUT_S", 1)
    # Tests side by side have a main module without a file, which the client takes for its own doctests.
    monkeypatch.setattr(sys.modules["__main__"], "__file__", __file__, raising=False)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_port}"
        with pytest.raises(Problem) as told:
            remote.session(settings(tmp_path, f"sc://{address}/;user_id=canary"))
        server.shutdown()
    assert str(told.value) == (
        f"what answers at {address} speaks no Spark Connect: mend SPARK_REMOTE (one behind TLS ends in /;use_ssl=true)."
    )
