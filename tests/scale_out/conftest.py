"""What the tests on a cluster share with those of the whole pipeline."""

from tests.end_to_end.conftest import sandbox  # noqa: F401
