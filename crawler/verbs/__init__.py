"""The verbs of the command line: one module each, called by `crawler.cli` and knowing nothing of click."""
