"""The goals of speed, each measured against its reference in the same run; see benchmarks/README.md."""
