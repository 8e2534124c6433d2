"""The second opinion: the package that runs the app in production, beside the local host."""
