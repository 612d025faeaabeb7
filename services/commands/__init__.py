"""The operator's command line, a file for each group of commands; ``services/__main__.py`` puts it together."""
