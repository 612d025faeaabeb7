"""Breaks the running stack under load, and compares what was promised with what is there: `make faults`."""
