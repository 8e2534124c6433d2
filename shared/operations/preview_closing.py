"""What closing would take away, and what stays: shown before anything happens (P30)."""

from dataclasses import dataclass, field

from shared.domain.errors import NotAnAdministrator, NotFound
from shared.domain.people import Person
from shared.domain.records import Account, Subscription
from shared.domain.rights import Visitor
from shared.operations.find_account import account_of
from shared.operations.find_subscriptions import SeatOf, seats_of
from shared.ports import Outside, Stored
from shared.storage import keys


@dataclass(frozen=True, slots=True)
class Preview:
    """Subscriptions that end, that are over and go, and that stay with an organisation; and the seats that go."""

    account: Stored[Account] | None = field(default=None, repr=False)
    ends: tuple[Stored[Subscription], ...] = ()
    goes: tuple[Stored[Subscription], ...] = ()
    stays: tuple[Stored[Subscription], ...] = ()
    seats: tuple[SeatOf, ...] = field(default=(), repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not (self.account or self.seats or self.ends or self.goes)


def preview_closing(outside: Outside, person: Person) -> Preview:
    """What closing would do for somebody with an account, with a seat only, or with neither."""
    account = account_of(outside, person)
    name = account.row.partition if account else ""
    bought = _bought(outside, name) if account else []
    own = [header for header in bought if header.record.owner_kind == "person"]
    names = {header.row.partition for header in own}
    seats = [each for each in seats_of(outside, person, name) if each.header.row.partition not in names]
    return Preview(
        account=account,
        ends=tuple(header for header in own if header.record.status != "ended"),
        goes=tuple(header for header in own if header.record.status == "ended"),
        stays=tuple(header for header in bought if header.row.partition not in names),
        seats=tuple(seats),
    )


def preview_organisation(outside: Outside, visitor: Visitor) -> Preview:
    """What closing would do for the visitor's whole organisation. Raises NotAnAdministrator.

    It does not reach what somebody bought for themself, nor anybody's account.
    """
    if not visitor.administers:
        raise NotAnAdministrator
    hints = outside.tables.find(keys.organisation_hints(visitor.administers))
    read = outside.tables.read_together([keys.subscription(hint.record.subscription) for hint in hints])
    headers = [header for header in read if header and header.record.tenant == visitor.administers]
    return Preview(
        ends=tuple(header for header in headers if header.record.status != "ended"),
        goes=tuple(header for header in headers if header.record.status == "ended"),
    )


def portal_of(outside: Outside, subscription: str) -> str:
    """Where its buyer finds invoices and can cancel; empty where its marketplace is not there any more."""
    try:
        return outside.marketplace_of(subscription).portal_url
    except NotFound:
        return ""


def _bought(outside: Outside, account: str) -> list[Stored[Subscription]]:
    owns = outside.tables.find(keys.ownerships(account))
    read = outside.tables.read_together([keys.subscription(own.record.subscription) for own in owns])
    return [header for header in read if header and header.record.account == account]
