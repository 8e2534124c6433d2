"""Whose a purchase can be: more than one seat is for an organisation, and a personal account has none."""

from shared.domain.errors import NotForSale
from shared.domain.people import PERSONAL_TENANT
from shared.domain.records import OwnerKind


def owner_kind_for(quantity: int, tenant: str, wanted: OwnerKind) -> OwnerKind:
    """What owns a purchase of so many seats that somebody of this tenant makes.

    Raises NotForSale for several seats to a personal account: it could give them to nobody.
    """
    if tenant != PERSONAL_TENANT:
        return "organisation" if quantity > 1 else wanted
    if quantity > 1:
        raise NotForSale
    return "person"
