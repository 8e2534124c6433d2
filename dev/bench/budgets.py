"""What each journey may ask of storage."""

from dataclasses import dataclass

from dev.bench.figures import table
from dev.bench.meter import Tally


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a journey may ask of storage; None is no limit but that of ``requests``."""

    requests: int
    writes: int | None = None
    in_a_row: int | None = None

    def refuses(self, tally: Tally) -> list[str]:
        """What is over budget, in words."""
        spent = {
            "requests": (tally.requests, self.requests),
            "writes": (tally.writes, self.writes),
            "in a row": (tally.in_a_row, self.in_a_row),
        }
        return [
            f"{what} {used}, at most {most}" for what, (used, most) in spent.items() if most is not None and used > most
        ]


KNOWN, UNKNOWN = "known address again", "unknown address"
BUDGETS = {
    "known address, first of its day": Budget(4, writes=1, in_a_row=3),
    KNOWN: Budget(3, writes=0, in_a_row=2),
    UNKNOWN: Budget(3, writes=0, in_a_row=2),
    "batch of 100 rows": Budget(1),
    "webhook: first event": Budget(5),
    "webhook: the same again": Budget(5),
    "webhook: first payment": Budget(5),
    "webhook: the same payment again": Budget(5),
    "webhook: renewal": Budget(5),
    "webhook: renewal's payment": Budget(5),
    "webhook: first event with a reference": Budget(10),
    # Ahead of the event that should come first; it has the transaction's hint to write as well.
    "webhook: first payment with a reference": Budget(10),
    "webhook: first event, and a seat of one's own": Budget(14),
    "seat: assign": Budget(5),
    "seat: assign again": Budget(2),
    "seat: release": Budget(12),
    "seats: which subscriptions": Budget(4, writes=0),
    "seats: a page of the list": Budget(2, writes=0),
    "purge: nothing due": Budget(2),
}


def show_counts(tallies: dict[str, Tally]) -> str:
    """A table of what was asked, and what may be."""
    rows = [
        (name, BUDGETS[name].requests, tally.requests, tally.writes, tally.in_a_row or "")
        for name, tally in tallies.items()
    ]
    return table(("journey", "budget", "requests", "writes among them", "in a row"), rows)


def over_budget(tallies: dict[str, Tally]) -> list[str]:
    """One sentence for each journey that asks more of storage than it may."""
    found = [f"{name}: {what}." for name, tally in tallies.items() for what in BUDGETS[name].refuses(tally)]
    if tallies[KNOWN] != tallies[UNKNOWN]:
        found.append(f"An unknown address is told from a known one: {tallies[UNKNOWN]}, {tallies[KNOWN]}.")
    return found
