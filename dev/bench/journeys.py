"""The journeys, each played once, over HTTP where there is a route."""

from collections.abc import Callable, Iterator
from datetime import datetime

from dev.bench.budgets import BUDGETS, KNOWN, UNKNOWN
from dev.bench.meter import Tally
from dev.bench.player import Player, run_purge
from dev.bench.stage import BEGINNING, Stage
from dev.people import ALICE, BOB, MALLORY
from dev.wire.outbox import Payload
from shared.domain.entitlement import Code
from shared.domain.records import Receipt
from shared.domain.rights import Visitor
from shared.domain.seat_list import Wanted
from shared.operations.assign_seat import assign_seat
from shared.operations.find_subscriptions import subscriptions_of
from shared.operations.release_seat import release_seat
from shared.operations.show_seats import show_seats
from shared.ports import Insert
from shared.storage import keys

Act = Callable[[], object]


def count(stage: Stage) -> dict[str, Tally]:
    """Every journey's tally."""
    with stage.serving() as asker:
        journeys = _Journeys(stage, Player(stage, asker))
        parts = (journeys.webhooks(), journeys.lookups(), journeys.seats(), journeys.others())
        return {
            name: stage.meter.measure(act, in_a_row=BUDGETS[name].in_a_row is not None)
            for part in parts
            for name, act in part
        }


class _Journeys:
    """Each part yields what is to be measured next; what it prepares between two yields is not."""

    def __init__(self, stage: Stage, player: Player) -> None:
        self.stage = stage
        self.player = player

    def webhooks(self) -> Iterator[tuple[str, Act]]:
        """Of a purchase's events the first is the subscription's, and the last the payment's."""
        [created, *_, paid] = self.player.buy()
        yield self._webhook("first event", created)
        yield self._webhook("the same again", created)
        yield self._webhook("first payment", self.player.buy()[-1])
        self.player.deliver(paid)
        yield self._webhook("the same payment again", paid)
        self.stage.now = datetime.fromisoformat(created["data"]["current_billing_period"]["ends_at"])
        updated, paid = self.player.renew(created["data"]["id"])
        yield self._webhook("renewal", updated)
        yield self._webhook("renewal's payment", paid)
        yield self._webhook("first event with a reference", self.player.purchase(ALICE, "organisation")[0])
        yield self._webhook("first payment with a reference", self.player.purchase(ALICE, "organisation")[-1])
        yield self._webhook("first event, and a seat of one's own", self.player.purchase(BOB, "person")[0])

    def lookups(self) -> Iterator[tuple[str, Act]]:
        """Bob has one seat by now: his own."""
        yield "known address, first of its day", lambda: self.player.ask(BOB, Code.LICENSED)
        yield KNOWN, lambda: self.player.ask(BOB, Code.LICENSED)
        yield UNKNOWN, lambda: self.player.ask(MALLORY, Code.NO_LICENSE)

    def seats(self) -> Iterator[tuple[str, Act]]:
        [created, *_] = self.player.purchase(ALICE, "organisation")
        self.player.deliver(created)
        services, team = self.stage.services, f"paddle.{created['data']['id']}"
        yield "seat: assign", lambda: assign_seat(services, team, BOB)
        yield "seat: assign again", lambda: assign_seat(services, team, BOB)
        alice = Visitor(ALICE.person, self.stage.now, is_administrator=True)
        yield "seats: which subscriptions", lambda: subscriptions_of(services, alice)
        yield "seats: a page of the list", lambda: show_seats(services, alice, team, Wanted())
        seat = assign_seat(services, team, BOB)
        yield "seat: release", lambda: release_seat(services, team, seat.row.key)

    def others(self) -> Iterator[tuple[str, Act]]:
        # Nothing of what the journeys left is due yet, and Paddle, who would be asked about it, is not here.
        self.stage.now = BEGINNING
        tables, now = self.stage.services.tables, self.stage.now
        rows = [Insert(keys.receipt("none.bench", f"evt_{number}"), Receipt(received_at=now)) for number in range(100)]
        yield "batch of 100 rows", lambda: tables.write(*rows)
        run_purge(self.stage)
        yield "purge: nothing due", lambda: run_purge(self.stage)

    def _webhook(self, name: str, event: Payload) -> tuple[str, Act]:
        return f"webhook: {name}", lambda: self.player.deliver(event)
