"""What we do: one verb per file. Load, ask the domain, save, answer."""
