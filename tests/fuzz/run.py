"""The loop, and what must be true after each batch of messages."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from typing import Any

from shared.domain.entitlement import Code, entitlement
from shared.domain.errors import EventMalformed, Unavailable
from shared.domain.records import Seat, Subscription
from shared.operations.purge import purge
from shared.storage import keys
from shared.storage.entities import to_record
from tests.functions.sentinels import found_in
from tests.fuzz.targets import Sent, Target
from tests.histories.memory import MemoryWorld
from tests.histories.stored import Dump, broken, stored
from tests.storage.records import FULL
from tests.world import NOON, World, empty_tables

BATCH = 100
_OF_THE_SERVICE = {"PartitionKey", "RowKey"}
_ANY_SEAT = Seat(tenant="", object_id="", name="", addresses=(), hints=(), assigned_on=None)


@dataclass
class Listening(logging.Handler):
    """What is logged, formatted, with its extras."""

    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(logging.DEBUG)

    def __hash__(self) -> int:
        return id(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{self.format(record)} {vars(record)}")


@dataclass
class Fuzzed:
    """How often each status was answered, and what was found wrong."""

    answered: dict[int, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    rows: int = 0

    @property
    def sent(self) -> int:
        return sum(self.answered.values())


def fuzz(world: World, target: Target, times: int, seed: int) -> Fuzzed:
    """So many messages, in batches, each into empty tables. The same seed sends the same."""
    done, draw, listening = Fuzzed(), Random(seed), Listening()  # noqa: S311 - the same each time
    logging.root.addHandler(listening)
    before = logging.root.level
    logging.root.setLevel(logging.INFO)
    try:
        while done.sent < times:
            sent = [target.send(draw) for _ in range(min(BATCH, times - done.sent))]
            for one in sent:
                done.answered[one.status] = done.answered.get(one.status, 0) + 1
            rows = world.rows()
            done.rows += sum(map(len, rows.values()))
            done.findings += [*_answers(target, sent), *_fields(rows), *_grants(world, rows, sent)]
            done.findings += [*broken(world, rows), *_after_hours(world, target)]
            leaving = [*listening.lines, *(line for entities in rows.values() for line in map(_text, entities))]
            done.findings += [
                f"{text} left in logs or rows" for text in found_in(*leaving, *(one.body for one in sent))
            ]
            listening.lines.clear()
            _forget(world)
    finally:
        logging.root.setLevel(before)
        logging.root.removeHandler(listening)
    return done


def _after_hours(world: World, target: Target) -> Iterator[str]:
    """What cannot be looked at once it is due, but for what is asked again, or is not as it must be afterwards."""
    errors: list[BaseException] = []
    world.clock.advance(hours=2)
    purge(world.services, errors.append)
    world.clock.advance(hours=-2)
    for error in errors:
        # What was answered and cannot be read is counted by its name.
        is_asked_again = isinstance(error, Unavailable | EventMalformed)
        if not (is_asked_again and HTTPStatus.SERVICE_UNAVAILABLE in target.fine):
            yield f"not looked at: {error!r}"
    yield from broken(world)


def _forget(world: World) -> None:
    world.paddle.forget()
    if isinstance(world, MemoryWorld):
        world.memory.kept.clear()
    else:
        empty_tables(world)


def _answers(target: Target, sent: list[Sent]) -> Iterator[str]:
    for one in sent:
        if one.status not in target.fine:
            yield f"answered {one.status}: {one.shown}"


def _fields(rows: Dump) -> Iterator[str]:
    """Every property that no record of that table declares."""
    declared: dict[str, set[str]] = {}
    for row, record in FULL.values():
        declared.setdefault(row.table, set(_OF_THE_SERVICE)).update(type(record).model_fields)
    for table, entities in rows.items():
        for entity in entities:
            for name in entity.keys() - declared[table]:
                yield f"undeclared {table}.{name}"


def _grants(world: World, rows: Dump, sent: list[Sent]) -> Iterator[str]:
    """Whatever licenses, or has a seat, beyond what somebody was told to have paid for."""
    most: dict[str, int] = {}
    for one in sent:
        for name, seats in one.most_seats.items():
            most[name] = max(seats, most.get(name, 0))
    for entity in stored(rows, "subscriptions", "subscription"):
        name = str(entity["PartitionKey"])
        header = to_record(keys.subscription(name), entity)
        assigned = [seat for seat in stored(rows, "subscriptions", "seat.") if seat["PartitionKey"] == name]
        if len(assigned) > most.get(name, 0) or _licenses(world, header) > most.get(name, 0):
            yield f"{name}: {header.quantity} seats, {len(assigned)} assigned, {most.get(name, 0)} paid for"


def _licenses(world: World, header: Subscription) -> int:
    have = entitlement(header, _ANY_SEAT, NOON, world.services.terms)
    return 0 if have.code is Code.NO_LICENSE else header.quantity


def _text(entity: dict[str, Any]) -> str:
    return json.dumps(entity, default=str)
