"""What is timed side by side: a point read and a license lookup, each from plain HTTP up to the app."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import azure.functions as func
import requests
from azure.data.tables import TableServiceClient

from dev.bench.plain import Asker, prepared
from dev.bench.player import Player, question
from dev.bench.stage import Stage
from dev.people import ALICE, BOB, CAROL, DAVE, ERIN, FRANK
from functions import create_app
from shared.domain.entitlement import Code
from shared.domain.records import Seat
from shared.operations.assign_seat import assign_seat
from shared.ports import Stored
from shared.storage import keys

AT_ONCE = 8
SDK = "azure-data-tables"
TASKS = _READ, _LOOKUP, _LOOKUPS = "point read", "license lookup", f"lookup, {AT_ONCE} at once"
# Each may ask thirty times a minute.
_COLLEAGUES = (ALICE, BOB, CAROL, DAVE, ERIN, FRANK)


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to do a task; ``act`` does it so many ``times``.

    ``asks_itself`` where the calling thread only asks, so that its processor time is no part of the task's.
    """

    task: str
    name: str
    act: Callable[[], object]
    times: int = 1
    asks_itself: bool = False


@contextmanager
def contenders(stage: Stage) -> Iterator[list[Contender]]:
    """All of them, over the same Azurite and the same rows, ready to go."""
    with ExitStack() as stack:
        player = Player(stage, stack.enter_context(stage.serving()))
        seat = _give_seats(stage, player)
        threads = stack.enter_context(ThreadPoolExecutor(AT_ONCE))
        turn = cycle(_COLLEAGUES)
        yield [
            *_plain(stage, seat, stack),
            *_bare(stage, seat, threads),
            Contender(_READ, "the app's storage", lambda: stage.services.tables.read(seat.row)),
            *_function(stage, threads),
            Contender(_LOOKUP, "the app over HTTP", lambda: player.ask(next(turn), Code.LICENSED), asks_itself=True),
        ]


def _give_seats(stage: Stage, player: Player) -> Stored[Seat]:
    """Seats for everybody, used today; answers Bob's."""
    events = player.purchase(ALICE, "organisation", seats=len(_COLLEAGUES))
    for event in events:
        player.deliver(event)
    team = f"paddle.{events[0]['data']['id']}"
    seats = [assign_seat(stage.services, team, colleague) for colleague in _COLLEAGUES]
    for colleague in _COLLEAGUES:
        player.ask(colleague, Code.LICENSED)
    return seats[_COLLEAGUES.index(BOB)]


def _plain(stage: Stage, seat: Stored[Seat], stack: ExitStack) -> Sequence[Contender]:
    """The floor: the same requests over a kept connection, made and signed beforehand, answers unread."""
    header, hints = keys.subscription(seat.row.partition), keys.seat_hints(_identity(stage, seat))
    read = prepared(stage.tables, lambda tables: tables.read(seat.row))
    lookup = (
        prepared(stage.tables, lambda tables: [*tables.find(hints)]),
        prepared(stage.tables, lambda tables: tables.read(header)),
        read,
    )
    asker = stack.enter_context(Asker(stage.azurite.endpoint()))
    session = stack.enter_context(requests.Session())
    session.trust_env = False
    own = dict(read.headers)
    return (
        Contender(_READ, "http.client", lambda: asker.send(read)),
        Contender(_READ, "requests", lambda: session.get(read.url, headers=own).content),
        Contender(_LOOKUP, "http.client", lambda: [asker.send(one) for one in lookup]),
    )


def _bare(stage: Stage, seat: Stored[Seat], threads: ThreadPoolExecutor) -> Sequence[Contender]:
    """The SDK as it comes; a lookup's two point reads one after the other."""
    service = TableServiceClient.from_connection_string(stage.azurite.connection_string())
    people, subscriptions = (service.get_table_client(name) for name in ("people", "subscriptions"))
    partition, key, identity = seat.row.partition, seat.row.key, _identity(stage, seat)
    hints = f"PartitionKey eq '{identity}' and RowKey ge 'seat.' and RowKey lt 'seat/'"

    def look_up(_: object = None) -> None:
        list(people.query_entities(hints))
        subscriptions.get_entity(partition, "subscription")
        subscriptions.get_entity(partition, key)

    return (
        Contender(_READ, SDK, lambda: subscriptions.get_entity(partition, key)),
        Contender(_LOOKUP, SDK, look_up),
        Contender(_LOOKUPS, SDK, lambda: [*threads.map(look_up, range(AT_ONCE))], AT_ONCE),
    )


def _function(stage: Stage, threads: ThreadPoolExecutor) -> Sequence[Contender]:
    """The function in a pool of threads, as the Python worker runs it."""
    functions = create_app(lambda: stage.services).get_functions()
    [handler] = [found.get_user_function() for found in functions if found.get_function_name() == "license"]
    asked = cycle([_request(colleague.addresses[0]) for colleague in _COLLEAGUES])
    some = range(AT_ONCE)
    return (
        Contender(_LOOKUP, "the app's function", lambda: threads.submit(handler, next(asked)).result()),
        Contender(
            _LOOKUPS, "the app's function", lambda: [*threads.map(handler, [next(asked) for _ in some])], AT_ONCE
        ),
    )


def _request(address: str) -> Any:  # noqa: ANN401 - azure.functions says nothing of itself
    headers = {"content-type": "text/plain"}
    return func.HttpRequest("POST", "http://localhost/api/license", headers=headers, body=question(address))


def _identity(stage: Stage, seat: Stored[Seat]) -> str:
    return stage.services.identities.of_address(seat.record.addresses[0])[0]
