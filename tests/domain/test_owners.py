"""Whose a purchase is, by its seats and by who buys."""

import pytest

from shared.domain.errors import NotForSale
from shared.domain.owners import owner_kind_for, owner_kind_of
from shared.domain.people import PERSONAL_TENANT, Person
from shared.domain.records import OwnerKind
from shared.operations.assign_seat import Assignee
from tests.world import ALICE, BOB, TENANT


@pytest.mark.parametrize(
    ("quantity", "tenant", "wanted", "kind"),
    [
        (1, TENANT, "person", "person"),
        (1, TENANT, "organisation", "organisation"),
        (2, TENANT, "person", "organisation"),
        (2, TENANT, "organisation", "organisation"),
        (1, PERSONAL_TENANT, "person", "person"),
        (1, PERSONAL_TENANT, "organisation", "person"),
        (0, PERSONAL_TENANT, "organisation", "person"),
    ],
)
def test_a_personal_account_has_no_organisation_and_several_seats_are_for_one(
    quantity: int, tenant: str, wanted: OwnerKind, kind: OwnerKind
) -> None:
    assert owner_kind_for(quantity, tenant, wanted) == kind


@pytest.mark.parametrize("wanted", ["person", "organisation"])
def test_a_personal_account_has_no_several_seats(wanted: OwnerKind) -> None:
    with pytest.raises(NotForSale):
        owner_kind_for(2, PERSONAL_TENANT, wanted)


@pytest.mark.parametrize(
    ("beneficiary", "wanted", "kind"),
    [(ALICE, "person", "person"), (ALICE, "organisation", "organisation"), (BOB, "person", "organisation")],
)
def test_only_whom_it_is_for_has_a_seat_for_themselves(
    beneficiary: Assignee, wanted: OwnerKind, kind: OwnerKind
) -> None:
    assert owner_kind_of(1, ALICE.person, beneficiary.person, wanted) == kind


@pytest.mark.parametrize("quantity", [1, 2])
@pytest.mark.parametrize("tenant", ["", PERSONAL_TENANT])
def test_what_is_for_no_organisation_is_nobody_elses(tenant: str, quantity: int) -> None:
    with pytest.raises(NotForSale):
        owner_kind_of(quantity, ALICE.person, Person(tenant, "0b1"), "organisation")


def test_a_personal_account_has_nothing_that_is_for_others() -> None:
    with pytest.raises(NotForSale):
        owner_kind_of(1, Person(PERSONAL_TENANT, "0b1"), ALICE.person, "person")
