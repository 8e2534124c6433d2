"""One sequence told many times, each time of a subscription, a buyer and numbers of its own.

`tests.histories.stored.normal` says what is masked before two tellings are compared.
"""

import itertools
import json
from dataclasses import dataclass

from shared.domain.people import Person
from shared.operations.assign_seat import Assignee
from tests.histories.sequences import Sequence
from tests.paddle import Payload, Subscription
from tests.world import World

_numbers = itertools.count(1)
_REFERENCE = "ref_" + "0" * 32


@dataclass
class Tellings:
    """``kind`` is for whom a checkout of ours was, if it was one."""

    world: World
    sequence: Sequence
    kind: str | None = None
    number: int = 0

    def __post_init__(self) -> None:
        quantity = 1 if self.kind == "person" else 3
        reference = _REFERENCE if self.kind else None
        self.payloads = self.sequence(Subscription(reference, quantity, id="sub_run0000"))

    @property
    def name(self) -> str:
        """What the latest telling is called."""
        return f"run{self.number:04d}"

    def once_more(self) -> list[Payload]:
        """The same payloads as if they were of another purchase, in the order in which it all happened."""
        self.number = next(_numbers)
        text = json.dumps(self.payloads).replace("run0000", self.name).replace("txn_", f"txn_{self.name}_")
        if self.kind:
            person = Person(f"{self.number:08d}-0000-4000-8000-000000000000", "buyer")
            buyer = Assignee(person, "Buyer", (f"buyer@{self.name}.example",))
            text = text.replace(_REFERENCE, self.world.checkout(buyer, self.kind))
        payloads: list[Payload] = json.loads(text)
        return payloads
