"""How messages leave a service and come into another: written with the state, delivered at least once, applied once."""
