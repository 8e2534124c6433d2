"""The operator's command line: over the same operations as the app, never deployed."""
