"""Volunteers: their sign-ups, places, waitlist and attendance."""
