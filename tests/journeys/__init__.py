"""Journeys through all services."""
