"""Who may be given a seat, and who loses one: the refusals and the order of a cut, both as written."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import (
    BeingErased,
    NoAddress,
    NoSeatFree,
    OtherTenant,
    Refusal,
    SeatsNotForOthers,
    SubscriptionEnded,
    SubscriptionUnclaimed,
)
from shared.domain.records import Seat, Subscription
from shared.domain.seats import ends, refuse_if_full, refuse_unless_assignable
from tests.world import ALICE, BOB, MALLORY, NOON, TENANT

END, EARLIER_END = NOON + timedelta(days=14), NOON + timedelta(days=3)
LONG_AGO, LATELY, TODAY = date(2025, 5, 1), date(2026, 2, 1), date(2026, 3, 2)

ORGANISATION: dict[str, Any] = {"owner_kind": "organisation", "tenant": TENANT, "status": "active", "quantity": 3}
PERSON: dict[str, Any] = {"owner_kind": "person", "status": "active", "quantity": 1}

# Each wrong in one more way than the next; the refusal is that of the first way.
WRONG: list[tuple[dict[str, Any], type[Refusal]]] = [
    ({"erasing": True, "owner_kind": "", "status": "ended"}, BeingErased),
    ({"ending": "cancel"}, SubscriptionUnclaimed),
    ({"owner_kind": "", "status": "ended"}, SubscriptionUnclaimed),
    ({**ORGANISATION, "status": "ended"}, SubscriptionEnded),
    ({**ORGANISATION, "status": "unconfirmed"}, SubscriptionEnded),
    ({**PERSON, "status": "ended"}, SubscriptionEnded),
    (PERSON, SeatsNotForOthers),
    (ORGANISATION, OtherTenant),
]


@pytest.mark.parametrize(("fields", "refusal"), WRONG)
def test_the_first_refusal_that_applies_is_given(fields: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        refuse_unless_assignable(Subscription(**fields), MALLORY.person, ALICE.person, ())


def test_a_purchase_for_oneself_seats_its_buyer_alone() -> None:
    header = Subscription(**PERSON)

    refuse_unless_assignable(header, ALICE.person, ALICE.person, ALICE.addresses)
    for other, buyer in ((BOB, ALICE.person), (ALICE, BOB.person), (ALICE, None)):
        with pytest.raises(SeatsNotForOthers):
            refuse_unless_assignable(header, other.person, buyer, other.addresses)


def test_an_organisations_seats_go_to_its_own_tenant_alone() -> None:
    header = Subscription(**ORGANISATION)

    refuse_unless_assignable(header, BOB.person, None, BOB.addresses)
    with pytest.raises(OtherTenant):
        refuse_unless_assignable(header, MALLORY.person, None, MALLORY.addresses)


@pytest.mark.parametrize("addresses", [(), ("",)])
def test_who_has_no_address_of_the_tenant_cannot_be_found_and_so_not_seated(addresses: tuple[str, ...]) -> None:
    with pytest.raises(NoAddress):
        refuse_unless_assignable(Subscription(**ORGANISATION), BOB.person, None, addresses)


@pytest.mark.parametrize("status", ["trialing", "active", "past_due", "paused"])
def test_seats_of_what_has_not_ended_can_be_given_out(status: str) -> None:
    refuse_unless_assignable(Subscription(**{**ORGANISATION, "status": status}), BOB.person, None, BOB.addresses)


@pytest.mark.parametrize(("used", "bought"), [(0, 0), (3, 3), (4, 3), (1_000_000, 1_000_000)])
def test_a_full_subscription_has_no_seat_free(used: int, bought: int) -> None:
    with pytest.raises(NoSeatFree):
        refuse_if_full(Subscription(quantity=bought, seats_used=used))


@pytest.mark.parametrize(("used", "bought"), [(0, 1), (2, 3), (999_999, 1_000_000)])
def test_any_other_has(used: int, bought: int) -> None:
    refuse_if_full(Subscription(quantity=bought, seats_used=used))


def seat(**fields: Any) -> Seat:  # noqa: ANN401 - any field of the record
    known: dict[str, Any] = {
        "tenant": TENANT,
        "object_id": "b0b",
        "name": "Bob",
        "addresses": ("b@contoso.example",),
        "hints": ("1",),
    }
    return Seat(**{**known, "assigned_on": LONG_AGO, **fields})


# In the order in which they lose their seats.
LOSING = {
    "told, though used today": seat(ends_at=EARLIER_END, last_used=TODAY),
    "never used, newest": seat(assigned_on=TODAY),
    "never used, newer": seat(assigned_on=LATELY),
    "never used, oldest": seat(),
    "unused for long, newer": seat(last_used=LONG_AGO, assigned_on=LATELY),
    "unused for long, older": seat(last_used=LONG_AGO),
    "used lately": seat(last_used=LATELY),
    "used today": seat(last_used=TODAY),
    "objected, never used": seat(objected_to_last_use=True, assigned_on=TODAY),
    "objected, used": seat(objected_to_last_use=True, last_used=TODAY),
    "kept, told": seat(kept=True, ends_at=EARLIER_END),
    "kept, never used": seat(kept=True),
    "kept, used": seat(kept=True, last_used=TODAY),
    "kept and objected": seat(kept=True, objected_to_last_use=True),
}


def losing(seats: dict[str, Seat], quantity: int) -> set[str]:
    return {key for key, end in ends(seats, quantity, END).items() if end}


@pytest.mark.parametrize("quantity", range(len(LOSING) + 2))
@pytest.mark.parametrize("found", [list(LOSING), list(reversed(LOSING))], ids=["forwards", "backwards"])
def test_seats_go_in_the_written_order(found: list[str], quantity: int) -> None:
    lost = losing({key: LOSING[key] for key in found}, quantity)

    assert lost == set(list(LOSING)[: max(len(LOSING) - quantity, 0)])


def test_seats_that_differ_in_nothing_go_in_the_same_order_each_time() -> None:
    assert losing({"seat.b": seat(), "seat.a": seat()}, 1) == {"seat.a"}


def test_a_raise_takes_back_every_end_that_it_pays_for() -> None:
    told = {"seat.a": seat(ends_at=EARLIER_END), "seat.b": seat(ends_at=EARLIER_END), "seat.c": seat()}

    assert ends(told, 2, END) == {"seat.a": EARLIER_END, "seat.b": None, "seat.c": None}
    assert ends(told, 3, END) == dict.fromkeys(told)


def test_who_was_told_keeps_the_end_they_were_told_when_more_must_go() -> None:
    told = {"seat.a": seat(ends_at=EARLIER_END), "seat.b": seat(), "seat.c": seat(last_used=TODAY)}

    assert ends(told, 1, END) == {"seat.a": EARLIER_END, "seat.b": END, "seat.c": None}


def test_who_is_kept_after_being_told_gives_their_place_to_the_next() -> None:
    told = {"seat.a": seat(ends_at=EARLIER_END, kept=True), "seat.b": seat(last_used=TODAY)}

    assert ends(told, 1, END) == {"seat.a": None, "seat.b": END}


seats = st.dictionaries(
    st.integers(0, 99).map(lambda number: f"seat.{number:02}"),
    st.builds(
        seat,
        last_used=st.sampled_from([None, LONG_AGO, LATELY, TODAY]),
        assigned_on=st.sampled_from([LONG_AGO, LATELY, TODAY]),
        kept=st.booleans(),
        objected_to_last_use=st.booleans(),
        ends_at=st.sampled_from([None, EARLIER_END]),
    ),
    max_size=12,
)


@given(seats, st.integers(0, 14))
def test_as_many_stay_as_were_bought_and_doing_it_again_changes_nothing(found: dict[str, Seat], quantity: int) -> None:
    wanted = ends(found, quantity, END)
    stamped = {key: known.model_copy(update={"ends_at": wanted[key]}) for key, known in found.items()}

    assert sum(end is None for end in wanted.values()) == min(len(found), quantity)
    assert ends(stamped, quantity, END + timedelta(days=1)) == wanted


@given(seats, st.integers(0, 14), st.integers(0, 14))
def test_a_deeper_cut_spares_nobody_whom_a_smaller_one_took(found: dict[str, Seat], one: int, other: int) -> None:
    assert losing(found, max(one, other)) <= losing(found, min(one, other))
