"""Until when each record is kept, and when it must be looked at next. The promises' table, as functions."""

from datetime import UTC, date, datetime, time, timedelta

from shared.domain.records import Account, Seat, Subscription, Token

RECEIPT_KEPT = timedelta(days=30)
REFERENCE_KEPT = timedelta(days=7)
SIGN_IN_ONLY_KEPT = timedelta(days=7)
SEAT_KEPT_AFTER_END = timedelta(days=30)
UNCLAIMED_KEPT_AFTER_END = timedelta(days=90)
SUBSCRIPTION_KEPT_AFTER_END = timedelta(days=365)
ACCOUNT_KEPT = timedelta(days=365)
TOKEN_KEPT_UNUSED = timedelta(days=90)
REQUEST_KEPT = timedelta(days=365)

# What nobody activates is void after thirty days, and nobody tells:
# https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-life-cycle
VOID_AFTER = timedelta(days=60)
LEDGER_KEPT = timedelta(days=30)

# Nothing tells an account that the last subscription it owns has ended; it looks for itself.
# The note that it is to do so may outlive it, so it is made for no later day than its receipt says.
ACCOUNT_LOOKED_AT_EVERY = timedelta(days=7)

# A webhook is on its way more often than it is lost; only then is the marketplace asked.
READ_BACK_AFTER = timedelta(hours=1)

# A hint is looked at when whatever was writing it has certainly finished or died.
HINT_LOOKED_AT_AFTER = timedelta(days=2)


def end_of(header: Subscription) -> datetime | None:
    """When the subscription ended or, as planned now, will end. A pause is no end."""
    if header.status == "ended":
        return header.ended_at
    return header.scheduled_end if header.scheduled_action == "cancel" else None


def seats_go_at(header: Subscription) -> datetime | None:
    """When what is left of the seats is deleted."""
    end = end_of(header)
    return end + SEAT_KEPT_AFTER_END if end else None


def seat_goes_at(header: Subscription, seat: Seat) -> datetime | None:
    """When one seat is deleted, as far as that is known; None while its subscription lives."""
    ends = [moment for moment in (seat.ends_at, seats_go_at(header)) if moment]
    return min(ends, default=None)


def subscription_goes_at(header: Subscription) -> datetime | None:
    """When the whole subscription is deleted; None while it lives."""
    if header.status == "unconfirmed":
        return header.first_seen + RECEIPT_KEPT if header.first_seen else None
    if header.status == "pending":
        return header.first_seen + VOID_AFTER if header.first_seen else None
    end = end_of(header)
    if end is None:
        return None
    return end + (SUBSCRIPTION_KEPT_AFTER_END if header.owner_kind else UNCLAIMED_KEPT_AFTER_END)


def next_look(header: Subscription) -> datetime | None:
    """When the header itself asks to be looked at; its receipts may ask for an earlier day."""
    moments = [subscription_goes_at(header), seats_go_at(header) if header.seats_used else None]
    return min((moment for moment in moments if moment), default=None)


def next_reading(header: Subscription, now: datetime) -> datetime | None:
    """When to ask the marketplace what only it knows; None while nothing is wanted."""
    lapse = lapse_of(header)
    if wants_reading(header) or header.contact_due or (lapse is not None and lapse <= now):
        return now + READ_BACK_AFTER
    return lapse


def wants_reading(header: Subscription) -> bool:
    """Whether something about it is known only to its marketplace: also when what its owner activated begins."""
    is_beginning = header.status == "pending" and bool(header.owner_kind)
    return header.read_back or header.unasked or bool(header.pending_operation) or is_beginning


def lapse_of(header: Subscription) -> datetime | None:
    """When what was paid for is over and no news came, so that the marketplace is asked."""
    if header.status != "active" or header.paid_through is None or header.unpaid_from is not None:
        return None
    return header.paid_through + READ_BACK_AFTER


def account_goes_at(account: Account, owned: list[Subscription]) -> datetime | None:
    """When an account goes by itself; None while it owns a subscription that lives."""
    signed_in = _beginning_of(account.last_sign_in)
    if not account.led_to_something:
        return signed_in + SIGN_IN_ONLY_KEPT
    ended = [end_of(header) for header in owned]
    if None in ended:
        return None
    return max([signed_in, *(end for end in ended if end)]) + ACCOUNT_KEPT


def token_goes_at(token: Token) -> datetime:
    """When an account's tokens go that nobody uses."""
    return _beginning_of(token.used_on) + TOKEN_KEPT_UNUSED


def _beginning_of(day: date | None) -> datetime:
    return datetime.combine(day or date.min, time.min, UTC)
