"""The three services; only ``services/__main__.py`` knows them all."""
