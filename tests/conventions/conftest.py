"""dbt's manifest, parsed once for all laws."""

from __future__ import annotations

import json
import os

import pytest

from orchestration import transform
from orchestration.settings import Settings


@pytest.fixture(scope="session")
def manifest(tmp_path_factory):
    settings = Settings.load(tmp_path_factory.mktemp("home"), {})
    os.environ["WAREHOUSE_PATH"] = str(settings.warehouse)
    return json.loads(transform.ensure_manifest(settings).read_text(encoding="utf-8"))
