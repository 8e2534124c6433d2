"""A copy of one's data: every row, every field, what is said of it and when it goes, for whoever asks."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.notice import entries
from shared.domain.records import RECORDS, held_fields
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.copy_data import copy_data
from shared.operations.held_about import held_about
from shared.operations.look_at_subscription import look_at_subscription
from shared.operations.object_to import object_to_last_use
from shared.operations.use_token import keep_tokens
from tests.operations.stories import organisation_with
from tests.operations.visiting import visitor
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, MALLORY, NOON, World


def copy_of(world: World, who: Assignee) -> Any:  # noqa: ANN401 - it is JSON
    return json.loads(json.dumps(copy_data(world.services, who.person)))


def kinds(copy: Any) -> list[str]:  # noqa: ANN401 - it is JSON
    return sorted(record["record"] for record in copy["records"])


def fields_of(copy: Any, kind: str) -> Any:  # noqa: ANN401 - it is JSON
    return next(record["fields"] for record in copy["records"] if record["record"] == kind)


@pytest.fixture
def own(memory: World) -> Subscription:
    """What Alice bought for herself."""
    bought = Subscription(memory.checkout(kind="person"), quantity=1)
    deliver(memory, *bought.bought())
    return bought


def test_a_buyer_gets_everything_from_account_to_payments(memory: World, own: Subscription) -> None:
    keep_tokens(memory.services, visitor(memory).account, "secret of Alice")
    paid = next(iter(memory.paddle.entities["transactions"]))
    memory.paddle.contacts[paid] = {
        "customer": {"name": "Alice Admin", "email": "billing@contoso.example"},
        "business": None,
    }
    memory.clock.advance(hours=2)
    look_at_subscription(memory.services, own.partition)

    copy = copy_of(memory, ALICE)

    assert kinds(copy) == [
        "Account",
        "AccountHint",
        "BillingContact",
        "Ownership",
        "Seat",
        "SeatHint",
        "Subscription",
        "Token",
        "Transaction",
        "TransactionHint",
    ]
    assert fields_of(copy, "Account")["addresses"]["value"] == list(ALICE.addresses)
    assert fields_of(copy, "BillingContact")["email"]["value"] == "billing@contoso.example"
    assert "secret of Alice" not in json.dumps(copy)
    assert fields_of(copy, "Token").keys() == {"used_on"}
    assert f"subscriptions/{own.partition}/transaction.{paid}" in {record["row"] for record in copy["records"]}


def test_of_every_kind_of_record_the_notice_says_what_a_copy_holds(memory: World, own: Subscription) -> None:
    organisation_with(memory, 0, quantity=2)
    visitor(memory)
    paid = next(iter(memory.paddle.entities["transactions"]))
    memory.paddle.contacts[paid] = {"customer": {"name": "Alice Admin", "email": "b@contoso.example"}, "business": None}
    memory.clock.advance(hours=2)
    look_at_subscription(memory.services, own.partition)
    object_to_last_use(memory.services, ALICE.person)
    memory.checkout()

    copy = copy_of(memory, ALICE)

    told = {
        kind: {name for each in found if each.held.exported for name in each.fields}
        for kind, found in entries().items()
        if kind != "Record"
    }
    in_each = {name for each in entries()["Record"] if each.held.exported for name in each.fields}
    held = {record["record"]: {*record["fields"]} for record in copy["records"]}
    assert held == {kind: fields | in_each for kind, fields in told.items() if fields}
    left_out = {kind for kind, fields in told.items() if not fields}
    assert copy["not_shown"]["records"].keys() <= left_out


def test_of_each_field_the_copy_says_all_that_the_records_say(memory: World, own: Subscription) -> None:
    assert own
    for kept in held_about(memory.services, ALICE.person):
        shown = next(
            each["fields"]
            for each in copy_of(memory, ALICE)["records"]
            if each["row"].endswith(f"/{kept.stored.row.partition}/{kept.stored.row.key}")
        )
        for name, held in held_fields(kept.stored.row.model).items():
            assert (name in shown) == held.exported
            if held.exported:
                assert shown[name] | {"value": 0, "goes_at": 0} == {
                    "value": 0,
                    "category": held.category.value,
                    "purpose": held.purpose.value,
                    "legal_basis": held.basis.value,
                    "source": held.source.value,
                    "recipients": held.recipients.value,
                    "kept_until": held.keep.value,
                    "goes_at": 0,
                }


def test_what_a_copy_leaves_out_is_named_and_is_bookkeeping_or_the_tokens(memory: World) -> None:
    left_out = copy_of(memory, ALICE)["not_shown"]

    about_somebody = {
        f"{record}.{name}"
        for record, names in left_out["fields"].items()
        for name in names
        if held_fields(next(kind for kind in RECORDS if kind.__name__ == record))[name].is_about_a_person
    }
    not_found = {each for each in about_somebody if each.partition(".")[0] in left_out["records"]}
    assert about_somebody - not_found == {"Token.sealed"}
    assert left_out["records"].keys() == {"Due", "Reference"}


def test_an_assignee_who_never_bought_gets_their_seat_and_nobody_elses(memory: World) -> None:
    bought, _ = organisation_with(memory, 3, quantity=9)
    assign_seat(memory.services, bought.partition, BOB)

    copy = copy_of(memory, BOB)

    assert kinds(copy) == ["Seat", "SeatHint", "SeatHint"]
    assert fields_of(copy, "Seat")["name"]["value"] == BOB.name
    assert "colleague" not in json.dumps(copy).lower()


def test_when_a_row_goes_is_told_as_soon_as_it_is_known(memory: World, own: Subscription) -> None:
    assert fields_of(copy_of(memory, ALICE), "Subscription")["plan"]["goes_at"] is None

    deliver(memory, *own.canceled())
    copy = copy_of(memory, ALICE)

    assert fields_of(copy, "Subscription")["plan"]["goes_at"].startswith(f"{NOON + timedelta(days=365):%Y-%m-%d}")
    assert fields_of(copy, "Seat")["name"]["goes_at"].startswith(f"{NOON + timedelta(days=30):%Y-%m-%d}")
    assert fields_of(copy, "Account")["name"]["goes_at"].startswith(f"{NOON + timedelta(days=365):%Y-%m-%d}")


def test_of_a_stranger_nothing_is_held_and_asking_leaves_nothing(memory: World, own: Subscription) -> None:
    assert own
    before = memory.rows()

    assert copy_of(memory, MALLORY)["records"] == []
    copy_of(memory, ALICE)

    assert memory.rows() == before


def test_nobodys_copy_holds_what_is_anothers(memory: World, own: Subscription) -> None:
    bought, _ = organisation_with(memory, 0, quantity=2)
    assign_seat(memory.services, bought.partition, BOB)

    assert BOB.name not in json.dumps(copy_of(memory, ALICE))
    assert own.partition not in json.dumps(copy_of(memory, BOB))
    assert ALICE.person.object_id not in json.dumps(copy_of(memory, BOB))
