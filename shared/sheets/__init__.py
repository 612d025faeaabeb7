"""Tables as files that an office can open: written safely, read with suspicion."""
