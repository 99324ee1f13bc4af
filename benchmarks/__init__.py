"""Measurements, each beside its floor or its peer in the same run. `python -m benchmarks.NAME [--json]`."""
