"""Apache Superset over the published file, in an environment of its own: `make superset-test`."""
