"""The events service: organizers, their events with programme and shifts, and when a reminder is due."""
