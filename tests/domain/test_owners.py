"""Whose a purchase is, by its seats and by who buys."""

import pytest

from shared.domain.errors import NotForSale
from shared.domain.owners import owner_kind_for
from shared.domain.people import PERSONAL_TENANT
from shared.domain.records import OwnerKind
from tests.world import TENANT


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
