"""Messages between services: written with the state, delivered at least once, applied once."""
