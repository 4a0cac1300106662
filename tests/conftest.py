"""What holds for all tests."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones: the processes then end together, since a file is handed out whole."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
