"""Measures Steward beside its limits: `make bench` (docs/benchmarks.md)."""
