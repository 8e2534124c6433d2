"""Compare what the marketplaces are set to with what the server needs."""

from shared.ports import Outside


def check_configuration(outside: Outside) -> list[str]:
    """One sentence for each thing that is wrong; nothing means right. Raises Denied, Unavailable."""
    return [
        f"{name}: {problem}"
        for name, marketplace in outside.marketplaces.items()
        for problem in marketplace.problems(f"{outside.issuer}/api/webhooks/{name}")
    ]
