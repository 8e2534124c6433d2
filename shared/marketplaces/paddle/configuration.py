"""Whether Paddle is set up as the server needs it: where it sends, what it sends, and what it sells."""

from collections.abc import Iterator

from pydantic import BaseModel

from shared.domain.errors import NotFound
from shared.marketplaces.paddle.api import PaddleApi, PaddleRefused, read
from shared.marketplaces.paddle.events import EVENT_TYPES, Catalogue


class _EventType(BaseModel):
    name: str


class _Destination(BaseModel):
    destination: str
    active: bool = True
    traffic_source: str = "platform"
    include_sensitive_fields: bool = False
    subscribed_events: list[_EventType] = []


class _Price(BaseModel):
    status: str = "active"
    billing_cycle: dict[str, object] | None = None


def check_destination(api: PaddleApi, url: str, *, live: bool) -> Iterator[str]:
    """What is wrong with the notification destination of this server, one sentence each."""
    found = [read(_Destination, item) for item in api.pages("/notification-settings", {})]
    ours = [destination for destination in found if destination.destination == url]
    if len(ours) != 1:
        yield f"{len(ours)} notification destinations send to {url}; it must be one"
        return
    destination = ours[0]
    sent = {event.name for event in destination.subscribed_events}
    if not destination.active:
        yield "the notification destination is switched off"
    if missing := sorted(EVENT_TYPES - sent):
        yield f"the destination does not send {', '.join(missing)}"
    if needless := sorted(sent - EVENT_TYPES):
        # What is in it is personal: a payment that failed bears the card's last digits.
        yield f"the destination sends what nothing here reads: {', '.join(needless)}"
    if destination.include_sensitive_fields:
        yield "the destination includes sensitive fields"
    if live and destination.traffic_source != "platform":
        yield "the destination sends simulated traffic"


def check_prices(api: PaddleApi, catalogue: Catalogue) -> Iterator[str]:
    """What is wrong with the price map; an archived price stays in it for those who bought it."""
    # A plan is sold at the first of its prices.
    sold = {plan: number for number, plan in reversed([*catalogue.prices.items()])}.values()
    for number in sorted(catalogue.prices):
        try:
            price = read(_Price, api.get(f"/prices/{number}"))
        except (NotFound, PaddleRefused):
            yield f"price {number} does not exist at Paddle"
            continue
        if price.billing_cycle is None:
            yield f"price {number} is not recurring"
        if price.status != "active" and number in sold:
            yield f"price {number} is archived, and {catalogue.prices[number]} is sold at it"
