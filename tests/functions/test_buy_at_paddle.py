"""A whole purchase at Paddle's stand-in: our form, its script and overlay, the payment, the webhook, the seat."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from dev.standins import StandIns
from dev.wire import Clock
from tests.functions.buying import Shopper, shopper
from tests.functions.reading import policy, read
from tests.functions.serving import serving
from tests.world import ALICE, NOON, World, WorldMaker


@contextmanager
def selling(vendors: StandIns, world: World) -> Iterator[str]:
    """The app, to which the stand-ins deliver."""
    with serving(lambda: world.services) as base:
        vendors.serve(base)
        yield base


@pytest.fixture(scope="module")
def vendors() -> Iterator[StandIns]:
    with StandIns(Clock(NOON)) as running:
        yield running


def pay(vendors: StandIns, alice: Shopper) -> None:
    """What the script does, and what somebody types into the overlay."""
    answer = alice.get("/buy/checkout")
    page = read(answer)
    place = next(each for each in page.all("div") if each.attrib.get("id") == "checkout")
    [script] = [each.attrib["src"] for each in page.all("script") if "src" in each.attrib]
    allowed = policy(answer)
    assert vendors.paddle.base in allowed["script-src"]
    assert allowed["frame-src"] == [vendors.paddle.base]
    assert "Paddle.Initialize" in requests.get(script, timeout=5).text
    query = {"token": place.attrib["data-token"], "transaction": place.attrib["data-transaction"]}
    assert "Pay now" in requests.get(f"{vendors.paddle.base}/checkout", query, timeout=5).text
    typed = json.dumps({"email": "billing@contoso.example", "company": "Contoso"})
    paid = requests.post(f"{vendors.paddle.base}/checkout/{query['transaction']}", typed, timeout=5)
    assert paid.status_code == 200, paid.text


@pytest.mark.parametrize("order", ["webhook first", "page first"])
def test_a_seat_is_bought_paid_for_and_licenses(vendors: StandIns, make_world: WorldMaker, order: str) -> None:
    world = make_world(**vendors.settings())
    with selling(vendors, world) as base:
        alice = shopper(base, world, ALICE)
        assert alice.choose(seats="1", owner="person").status == 303
        pay(vendors, alice)
        if order == "webhook first":
            vendors.tick()
        arrived = read(alice.get("/buy/arrived"))
        vendors.tick()

        assert arrived.text("h1") == "Thank you: your purchase is here"
        assert "The seat is yours" in arrived.text("main")
    assert world.code(ALICE) == "LICENSED"


def test_both_marketplaces_stand_side_by_side(vendors: StandIns, make_world: WorldMaker) -> None:
    world = make_world(**vendors.settings())
    with selling(vendors, world) as base:
        page = read(shopper(base, world, ALICE).get())

    assert [heading.text for heading in page.all("h3")] == ["Paddle", "Microsoft"]
    assert vendors.settings()["MARKETPLACE_OFFER_URL"] in page.links()
