"""Payloads that no vendor sends, through the real routes: `make fuzz`, or `python -m tests.fuzz --help`."""
