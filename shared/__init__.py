"""The server behind its triggers: operations, rules and adapters."""
