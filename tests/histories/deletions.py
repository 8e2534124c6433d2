"""The promises' table as a reader of the tables checks it: nothing goes before its time or stays after it."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from shared.domain.instants import parse
from tests.histories.stored import Dump, Entity, stored

GRACE = timedelta(days=14)
# An account looks for itself, this often, whether all that it owned has ended.
BETWEEN_LOOKS = timedelta(days=30)


def early(before: Dump, after: Dump, now: datetime) -> list[str]:
    """What is gone though its time had not come."""
    over = {name for name, at in _ends(before) if at <= now}
    gone = {(table, _place(row)) for table, rows in before.items() for row in rows} - {
        (table, _place(row)) for table, rows in after.items() for row in rows
    }
    return sorted(f"{table} {place}" for table, place in gone if table not in {"due", "ledger"} and place not in over)


def late(after: Dump, now: datetime) -> list[str]:
    """What is still there though its time had come."""
    standing = {_place(row) for rows in after.values() for row in rows}
    return sorted(
        str(place)
        for place, at in _ends(after)
        if place in standing and at + (BETWEEN_LOOKS if place[1] == "account" else timedelta()) <= now
    )


def _place(row: Entity) -> tuple[str, str]:
    return row["PartitionKey"], row["RowKey"]


def _ends(rows: Dump) -> Iterator[tuple[tuple[str, str], datetime]]:
    """Every row that has an end by now, and when it may go; a row can have several reasons."""
    for header in stored(rows, "subscriptions", "subscription"):
        yield from _ends_of_subscription(rows, header)
    for receipt in stored(rows, "subscriptions", "receipt."):
        yield _place(receipt), parse(receipt["received_at"]) + timedelta(days=30)
    for reference in rows["references"]:
        yield _place(reference), parse(reference["goes_at"])
    for account in stored(rows, "accounts", "account"):
        yield from _ends_of_account(rows, account)


def _end(header: Entity) -> datetime | None:
    if header["status"] == "ended":
        return parse(header["ended_at"])
    return parse(header["scheduled_end"]) if header["scheduled_action"] == "cancel" else None


def _ends_of_subscription(rows: Dump, header: Entity) -> Iterator[tuple[tuple[str, str], datetime]]:
    subscription, end = header["PartitionKey"], _end(header)
    seats = [seat for seat in stored(rows, "subscriptions", "seat.") if seat["PartitionKey"] == subscription]
    for seat in seats:
        for at in _ends_of_seat(header, seat, len(seats)):
            yield _place(seat), at
            yield from ((_place(hint), at) for hint in _hints_of(rows, seat))
    goes_at = None
    if header["status"] == "unconfirmed":
        goes_at = parse(header["first_seen"]) + timedelta(days=30)
    elif end:
        goes_at = end + timedelta(days=365 if header["owner_kind"] else 90)
    if goes_at:
        for table in ("subscriptions", "accounts", "organisations", "transactions"):
            for row in rows[table]:
                if subscription in {row["PartitionKey"], row.get("subscription")}:
                    yield _place(row), goes_at


def _ends_of_seat(header: Entity, seat: Entity, seats: int) -> Iterator[datetime]:
    end = _end(header)
    if end:
        yield end + timedelta(days=30)
    if header["cut_at"] and seats > header["quantity"]:
        yield parse(seat["ends_at"]) if seat["ends_at"] else parse(header["cut_at"]) + GRACE


def _hints_of(rows: Dump, seat: Entity) -> list[Entity]:
    return [hint for hint in rows["people"] if hint["RowKey"].removeprefix("seat.") in seat["hints"]]


def _ends_of_account(rows: Dump, account: Entity) -> Iterator[tuple[tuple[str, str], datetime]]:
    number = account["PartitionKey"]
    signed_in = datetime.combine(datetime.fromisoformat(account["last_sign_in"]), time.min, UTC)
    headers = [row for row in stored(rows, "subscriptions", "subscription") if row["account"] == number]
    ends = [_end(header) for header in headers]
    if not account["led_to_something"]:
        at = signed_in + timedelta(days=7)
    elif all(ends):
        at = max([signed_in, *(end for end in ends if end)]) + timedelta(days=365)
    else:
        return
    yield _place(account), at
    for hint in stored(rows, "people", "account"):
        if hint["account"] == number:
            yield _place(hint), at
    for owned in stored(rows, "accounts", "owns."):
        if owned["PartitionKey"] == number:
            yield _place(owned), at
