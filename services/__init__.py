"""The three services, and the commands that run them; only ``services/__main__.py`` knows them all."""
