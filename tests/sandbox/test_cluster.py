from __future__ import annotations

import pytest

from sandbox.cluster import NotStarted, cluster


@pytest.fixture
def server(tmp_path):
    """A server's environment whose Java is too old for it."""
    programs = tmp_path / "server" / "lib" / "python3" / "site-packages" / "pyspark" / "bin"
    programs.mkdir(parents=True)
    programs.joinpath("spark-class").write_text("#!/bin/sh\necho UnsupportedClassVersionError: 61.0\nexit 1\n")
    programs.joinpath("spark-class").chmod(0o755)
    return tmp_path / "server"


def refusal(server, folder) -> str:
    with pytest.raises(NotStarted) as told, cluster(server, folder):
        pass
    return str(told.value)


@pytest.fixture
def java(tmp_path, monkeypatch):
    tmp_path.joinpath("java").touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


def test_without_java_its_installation_is_told(server, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(server, tmp_path / "cluster") == "java is not there: install a Java 17 runtime."


def test_an_environment_without_spark_is_told_with_what_belongs_there(tmp_path, java):
    told = refusal(tmp_path / "empty", tmp_path / "cluster")
    assert told.endswith("holds no pyspark: install it there (tests/scale_out/server.lock).")


def test_a_process_that_does_not_stay_is_told_at_once_with_its_last_words(server, tmp_path, java):
    told = refusal(server, tmp_path / "cluster")
    assert told.endswith("ended before two workers are alive; it said: UnsupportedClassVersionError: 61.0")
