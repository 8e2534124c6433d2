"""Compare what the marketplaces are set to with what the server needs."""

from collections.abc import Callable

from shared.domain.errors import Refusal
from shared.ports import Outside


def check_configuration(outside: Outside, unread: Callable[[str, Refusal], None]) -> list[str]:
    """One sentence for each thing that is wrong; nothing means right; whoever does not answer goes to ``unread``."""
    found: list[str] = []
    for name, marketplace in outside.marketplaces.items():
        try:
            problems = [*marketplace.problems(f"{outside.issuer}/api/webhooks/{name}")]
        except Refusal as refusal:
            unread(name, refusal)
            continue
        found += [f"{name}: {problem}" for problem in problems]
    return found
