"""The specification: each test name is a sentence about the server."""
