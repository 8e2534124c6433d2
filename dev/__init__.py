"""The developer's machine: a local host and stand-ins for the outside; never deployed."""
