"""Steward in containers, for real: `make compose-test`. pytest collects nothing here of itself."""
