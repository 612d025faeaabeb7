"""Alembic's entrance; how migrations run is the same for all services."""

from shared.migrations import run_environment

run_environment()
