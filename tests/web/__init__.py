"""Bad input: every address of all three services, and every wrong way to ask it."""
