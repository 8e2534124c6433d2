"""Whose a purchase can be: more than one seat is for an organisation, and a personal account has none."""

from shared.domain.errors import NotForSale
from shared.domain.people import PERSONAL_TENANT, Person
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


def owner_kind_of(quantity: int, buyer: Person, beneficiary: Person, wanted: OwnerKind) -> OwnerKind:
    """The same where a marketplace says whom a purchase is for: only who that is has it for themselves.

    Raises NotForSale also for what another buyer would have for no organisation.
    """
    kind = owner_kind_for(quantity, buyer.tenant, wanted if buyer == beneficiary else "organisation")
    if kind == "organisation" and beneficiary.tenant in {"", PERSONAL_TENANT}:
        raise NotForSale
    if kind == "person" and buyer != beneficiary:
        raise NotForSale
    return kind
