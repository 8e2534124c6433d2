"""How a command fails."""


class Trouble(Exception):
    """What keeps a command from its work; the message is one sentence for the person at the keyboard."""
