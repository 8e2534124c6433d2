"""What stands in the tables: as text that two runs can be compared by, and held against what must always be true."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from shared.domain.instants import write_instant
from shared.domain.records import Subscription
from shared.domain.retention import next_look
from shared.ports import Outside
from shared.storage import keys
from shared.storage.entities import to_record
from tests.world import World

Entity = dict[str, Any]
Dump = dict[str, list[Entity]]

# Two runs differ in these and in nothing else: random names (ids, salts, keyed hashes), Paddle's numbers, the number by
# which a run tells its people and subscriptions from those of other runs, and the two random ids that every row has.
# When a header is looked at may differ, since one order asks for an earlier look that finds nothing to do; `broken`
# holds that it is in time.
_RANDOM = re.compile(r"[0-9a-f]{64}|[0-9a-f]{32}|\d{26}|run\d{4}|\b\d{8}(?=-0000-4000-)")
_DROPPED = {"record_id", "operation", "look_at"}

# What is due is compared by `broken`, since an earlier note leaves a later one behind that finds nothing to do; the
# ledger grows with each erasure that was tried.
_NOT_COMPARED = {"due", "ledger"}


def normal(rows: Dump, run: str = "") -> list[str]:
    """The rows as sorted texts without what is random; with ``run``, those that name it or an account that does."""
    texts = [
        (table, json.dumps({name: value for name, value in entity.items() if name not in _DROPPED}, sort_keys=True))
        for table, entities in rows.items()
        if table not in _NOT_COMPARED
        for entity in entities
    ]
    accounts = {row["PartitionKey"] for row in stored(rows, "accounts", "account") if run in row["addresses"]}
    names = {run, *accounts} if run else {""}
    return sorted(f"{table} {_RANDOM.sub('*', text)}" for table, text in texts if any(name in text for name in names))


def stored(rows: Dump, table: str, key: str = "") -> list[Entity]:
    """The rows of a table whose keys begin so."""
    return [entity for entity in rows[table] if entity["RowKey"].startswith(key)]


def broken(world: World, rows: Dump | None = None) -> list[str]:
    """Every violation of what must be true whenever nothing is under way, now or in a dump. Empty is good."""
    rows = world.rows() if rows is None else rows
    return sorted({*_seats(rows), *_hints(rows, world.services), *_owners(rows), *_looks(rows), *_transactions(rows)})


def _seats(rows: Dump) -> Iterator[str]:
    headers = _headers(rows)
    for partition in {entity["PartitionKey"] for entity in rows["subscriptions"]} - set(headers):
        yield f"{partition}: rows without a header"
    for partition, header in headers.items():
        seats = [seat for seat in stored(rows, "subscriptions", "seat.") if seat["PartitionKey"] == partition]
        if header.seats_used != len(seats):
            yield f"{partition}: {header.seats_used} seats counted, {len(seats)} stored"
        if header.seats_used > header.quantity and header.cut_at is None:
            yield f"{partition}: oversold without a cut"
        if seats and header.owner_kind == "":
            yield f"{partition}: seats without an owner"


def _hints(rows: Dump, outside: Outside) -> Iterator[str]:
    listed = dict(_listed_hints(rows, outside))
    there = {(hint["PartitionKey"], hint["RowKey"]) for hint in stored(rows, "people", "seat.")}
    noted = {
        (partition, f"seat.{name}")
        for due in rows["due"]
        for partition, _, name in (hint.rpartition("/") for hint in json.loads(due["hints"]))
    }
    for place, seat in listed.items():
        if place not in there | noted:
            yield f"{seat}: a listed hint is missing, and nothing brings it back"
    for place in there - set(listed) - noted:
        yield f"{place}: an orphan hint that nothing finds"


def _listed_hints(rows: Dump, outside: Outside) -> Iterator[tuple[tuple[str, str], str]]:
    for seat in stored(rows, "subscriptions", "seat."):
        for address, hint in zip(json.loads(seat["addresses"]), json.loads(seat["hints"]), strict=True):
            yield (outside.identities.of_address(address)[0], f"seat.{hint}"), str(seat["RowKey"])


def _owners(rows: Dump) -> Iterator[str]:
    owned = {(row["PartitionKey"], row["subscription"]) for row in stored(rows, "accounts", "owns.")}
    accounts = {row["PartitionKey"] for row in stored(rows, "accounts", "account")}
    hinted = {(row["PartitionKey"], row["subscription"]) for row in rows["organisations"]}
    headers = _headers(rows)
    for account in {account for account, _ in owned} - accounts:
        yield f"{account}: owns something and is gone"
    for partition, header in headers.items():
        if header.erasing or header.ending:
            continue
        if header.account and (header.account, partition) not in owned:
            yield f"{partition}: its owner does not know"
        if header.tenant and (header.tenant, partition) not in hinted:
            yield f"{partition}: its organisation does not know"
    for tenant, partition in hinted:
        if partition not in headers or headers[partition].tenant != tenant:
            yield f"{partition}: hinted to an organisation that does not have it"
    for hint in stored(rows, "people", "account"):
        if hint["account"] not in accounts:
            yield f"{hint['account']}: hinted and gone"


def _looks(rows: Dump) -> Iterator[str]:
    due: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows["due"]:
        due[row["kind"], row["target"]].add(row["at"])
    for partition, header in _headers(rows).items():
        for problem in _look_problems(header, due["subscription", partition]):
            yield f"{partition}: {problem}"
    for kind, table, key in (("account", "accounts", "account"), ("reference", "references", "reference")):
        for row in stored(rows, table, key):
            if not due[kind, row["PartitionKey"]]:
                yield f"{row['PartitionKey']}: nothing ever looks at this {kind}"
    for partition in {row["PartitionKey"] for row in stored(rows, "subscriptions", "receipt.")}:
        if not due["subscription", partition]:
            yield f"{partition}: nothing looks at its receipts"


def _look_problems(header: Subscription, notes: set[str]) -> Iterator[str]:
    if header.look_at and write_instant(header.look_at) not in notes:
        yield "its next look is not due"
    wanted = next_look(header)
    if wanted and not any(at <= write_instant(wanted) for at in notes):
        yield "nothing looks at it in time"
    if (header.erasing or header.ending == "cancel") and not notes:
        yield "nothing goes on erasing it"
    if header.ending in {"asked", "elsewhere"} and (header.owner_kind or header.seats_used):
        yield "somebody is left of what is over"


def _transactions(rows: Dump) -> Iterator[str]:
    known = {
        (row["RowKey"].removeprefix("transaction."), row["PartitionKey"])
        for row in stored(rows, "subscriptions", "transaction.")
    }
    hinted = {(row["PartitionKey"], row["subscription"]) for row in rows["transactions"]}
    for number, partition in hinted - known:
        yield f"{partition}: {number} is hinted and unknown"


def _headers(rows: Dump) -> dict[str, Subscription]:
    found = stored(rows, "subscriptions", "subscription")
    return {row["PartitionKey"]: to_record(keys.subscription(row["PartitionKey"]), row) for row in found}
