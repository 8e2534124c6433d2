"""The pages `/buy` and after: what is asked, what is bought, what a browser may load for it, and what is refused."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.pages import LANGUAGES
from shared.domain.people import PERSONAL_TENANT, Person
from shared.operations.assign_seat import Assignee
from shared.services import connect
from shared.storage import keys
from tests.functions.buying import Shopper, shopper
from tests.functions.reading import policy, read
from tests.functions.serving import serving
from tests.histories.memory import MemoryWorld
from tests.paddle import Subscription, deliver
from tests.runtime.asking import Answer
from tests.test_settings import MICROSOFT
from tests.world import ALICE, MALLORY, World, environment

PERSONAL = Assignee(Person(PERSONAL_TENANT, "00000000-0000-0000-aaaa-000000000001"), "Petra", ("petra@home.example",))
PADDLES = ("https://cdn.paddle.com", "buy.paddle.com")


@pytest.fixture
def shop() -> World:
    return MemoryWorld()


@pytest.fixture
def served(shop: World) -> Iterator[str]:
    with serving(lambda: shop.services) as url:
        yield url


@pytest.fixture
def alice(served: str, shop: World) -> Shopper:
    return shopper(served, shop, ALICE)


def paid_for(shop: World, quantity: int = 3) -> Subscription:
    """What Paddle makes of the one checkout that was begun, once it is paid."""
    [transaction] = shop.paddle.entities["transactions"].values()
    sold = Subscription(transaction["custom_data"]["ref"], quantity=quantity)
    sold.tell("created")
    sold.paid(number=transaction["id"])
    return sold


def header(shop: World, sold: Subscription) -> Any:  # noqa: ANN401 - a header, or None
    stored = shop.services.tables.read(keys.subscription(sold.partition))
    return stored.record if stored else None


def title(answer: Answer) -> str:
    return read(answer).text("h1")


def test_who_is_signed_out_reads_what_it_is_and_signs_in_first(served: str, shop: World) -> None:
    page = read(Shopper(served, shop).get())

    assert "/sign-in?then=/buy" in page.links()
    assert [form for form in page.all("form") if form.attrib["action"] == "/buy"] == []
    assert {"Team", "Business"} <= {item.text for item in page.all("li")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_signing_in_leads_back_in_the_language_that_was_chosen(served: str, shop: World, language: str) -> None:
    page = read(Shopper(served, shop).get(f"/{language}/buy"))

    assert f"/sign-in?then=/{language}/buy" in page.links()


def test_each_marketplace_says_who_sells_and_leads_to_its_own_privacy_policy(served: str, shop: World) -> None:
    both = connect({**environment(), **MICROSOFT}, shop.clock)
    shop.services = replace(shop.services, marketplaces=both.marketplaces, stores=both.stores)

    page = read(shopper(served, shop, ALICE).get())

    assert [heading.text for heading in page.all("h3")] == ["Paddle", "Microsoft"]
    assert {
        "https://www.paddle.com/legal/privacy",
        "https://privacy.microsoft.com/privacystatement",
        MICROSOFT["MARKETPLACE_OFFER_URL"],
    } <= {*page.links()}
    assert [button.attrib["value"] for button in page.all("button") if "value" in button.attrib] == ["paddle"]


def test_only_the_marketplaces_that_are_configured_are_shown(alice: Shopper) -> None:
    assert [heading.text for heading in read(alice.get()).all("h3")] == ["Paddle"]


def test_a_personal_account_buys_one_seat_for_itself(served: str, shop: World) -> None:
    petra = shopper(served, shop, PERSONAL)

    fields = {field.attrib["name"]: field.attrib for field in read(petra.get()).all("input")}

    assert (fields["owner"]["value"], fields["seats"]["value"]) == ("person", "1")
    assert petra.choose(seats="2").status == 400
    assert petra.choose(seats="1").status == 303
    [reference] = shop.rows()["references"]
    assert reference["owner_kind"] == "person"


def test_nothing_of_paddle_is_loaded_before_it_is_chosen(alice: Shopper) -> None:
    answer = alice.get()

    assert not any(name in str(answer.header("content-security-policy")) for name in PADDLES)
    assert [script for script in read(answer).all("script") if "src" in script.attrib] == []
    assert alice.world.paddle.asked() == []


def test_a_choice_leads_to_the_checkout_of_a_transaction_that_the_server_made(alice: Shopper, shop: World) -> None:
    chosen = alice.choose()

    assert (chosen.status, chosen.header("location")) == (303, ["/buy/checkout"])
    [call] = shop.paddle.asked(method="POST")
    [transaction] = shop.paddle.entities["transactions"]
    assert call.body["items"] == [{"price_id": "pri_team", "quantity": 3}]
    place = next(each for each in read(alice.get("/buy/checkout")).all("div") if each.attrib.get("id") == "checkout")
    told = {name: place.attrib[f"data-{name}"] for name in ("token", "sandbox", "transaction", "next")}
    assert told == {"token": "test_token", "sandbox": "yes", "transaction": transaction, "next": "/buy/arrived"}


def test_the_checkout_may_load_what_paddles_needs_and_nothing_else(alice: Shopper) -> None:
    alice.choose()

    answer = alice.get("/buy/checkout")

    allowed = policy(answer)
    assert allowed["script-src"][1:] == ["https://cdn.paddle.com"]
    assert allowed["frame-src"] == ["https://sandbox-buy.paddle.com"]
    assert allowed["style-src"][1:] == ["https://sandbox-cdn.paddle.com"]
    assert {source.partition("-")[0] for source in allowed["connect-src"]} == {"https://sandbox"}
    assert "unsafe" not in str(allowed)
    assert answer.header("cross-origin-opener-policy") == ["same-origin-allow-popups"]
    assert 'payment=(self "https://sandbox-buy.paddle.com")' in answer.header("permissions-policy")[0]
    [script] = [script for script in read(answer).all("script") if "src" in script.attrib]
    assert script.attrib["src"] == "https://cdn.paddle.com/paddle/v2/paddle.js"


def test_without_javascript_the_checkout_says_what_it_needs(alice: Shopper) -> None:
    alice.choose()

    assert "JavaScript" in read(alice.get("/buy/checkout")).text("noscript")


def test_reloading_the_checkout_begins_no_second_purchase(alice: Shopper, shop: World) -> None:
    alice.choose()

    for _ in range(2):
        assert alice.get("/buy/checkout").status == 200

    assert len(shop.paddle.asked(method="POST")) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"plan": "gold"},
        {"plan": ""},
        {"seats": "0"},
        {"seats": "-1"},
        {"seats": "2.5"},
        {"seats": "٣"},
        {"seats": ""},
        {"seats": "10001"},
        {"seats": "9" * 4000},
        {"seats": "2", "owner": "person"},
    ],
)
def test_what_is_not_for_sale_shows_the_form_again(alice: Shopper, shop: World, changed: dict[str, str]) -> None:
    answer = alice.choose(**changed)

    assert answer.status == 400
    assert "not for sale" in read(answer).text("main")
    assert shop.paddle.asked(method="POST") == []


def test_a_marketplace_without_a_checkout_here_is_nowhere(alice: Shopper) -> None:
    assert alice.choose(marketplace="microsoft").status == 404


@pytest.mark.parametrize("path", ["/buy", "/buy/claim"])
@pytest.mark.parametrize("wrong", [{"csrf": "x"}, {"csrf": ""}, {"origin": "https://evil.example"}, {"origin": "null"}])
def test_a_form_that_is_not_ours_does_nothing(alice: Shopper, shop: World, path: str, wrong: dict[str, str]) -> None:
    answer = alice.post(path, plan="team", seats="1", owner="person", marketplace="paddle", **wrong)

    assert answer.status == 403
    assert shop.paddle.asked() == []


def test_paddle_that_does_not_answer_gets_a_page_with_a_way_back(alice: Shopper, shop: World) -> None:
    shop.paddle.fail("/transactions", times=9, status=503)

    answer = alice.choose()

    assert answer.status == 503
    assert "/buy" in read(answer).links()


def test_who_signed_in_for_something_else_begins_no_purchase_without_an_account(served: str, shop: World) -> None:
    alice = shopper(served, shop, ALICE, account=False)

    assert alice.choose().header("location") == ["/buy"]

    assert shop.rows()["accounts"] == shop.rows()["references"] == []


def test_a_purchase_is_waited_for_and_then_says_what_to_do_next(alice: Shopper, shop: World) -> None:
    alice.choose()
    assert title(alice.get("/buy/arrived")) == "Waiting for your purchase"
    sold = paid_for(shop)
    shop.clock.advance(minutes=1)

    page = read(alice.get("/buy/arrived"))

    assert page.text("h1") == "Thank you: your purchase is here"
    assert "/seats" in page.links()
    assert header(shop, sold).tenant == ALICE.person.tenant


def test_a_seat_for_oneself_is_ready_with_the_purchase(alice: Shopper, shop: World) -> None:
    alice.choose(seats="1", owner="person")
    paid_for(shop, quantity=1)

    page = read(alice.get("/buy/arrived"))

    assert "The seat is yours" in page.text("main")
    assert shop.code(ALICE) == "LICENSED"


def test_a_purchase_that_was_seen_is_not_asked_about_again(alice: Shopper, shop: World) -> None:
    alice.choose()
    paid_for(shop)
    alice.get("/buy/arrived")
    asked = len(shop.paddle.asked())

    assert title(alice.get("/buy/arrived")) == title(alice.get("/buy/checkout")) == "Thank you: your purchase is here"

    assert len(shop.paddle.asked()) == asked


def test_who_waits_looks_often_and_paddle_is_asked_once_a_minute(alice: Shopper, shop: World) -> None:
    alice.choose()
    asked = []
    for _ in range(4):
        alice.get("/buy/arrived")
        asked.append(len(shop.paddle.asked()))
        shop.clock.advance(seconds=20)

    assert asked[0] == asked[1] == asked[2] < asked[3]


def test_what_a_webhook_told_meanwhile_is_seen_without_asking_paddle(alice: Shopper, shop: World) -> None:
    alice.choose()
    alice.get("/buy/arrived")
    paid_for(shop)
    deliver(shop, *shop.paddle.events)
    asked = len(shop.paddle.asked())

    assert title(alice.get("/buy/arrived")) == "Thank you: your purchase is here"
    assert len(shop.paddle.asked()) == asked


def test_the_page_after_paying_grants_nothing_by_itself(alice: Shopper, shop: World) -> None:
    alice.choose(seats="1", owner="person")

    for _ in range(3):
        alice.get("/buy/arrived")

    assert shop.code(ALICE) == "NO_LICENSE"
    assert shop.rows()["subscriptions"] == []


def test_what_takes_long_is_said_to_take_long(alice: Shopper, shop: World) -> None:
    alice.choose()
    shop.clock.advance(minutes=3)

    assert "longer than usual" in read(alice.get("/buy/arrived")).text("main")


def test_paddle_that_does_not_answer_after_paying_is_waited_for(alice: Shopper, shop: World) -> None:
    alice.choose()
    shop.paddle.fail("/transactions", times=9, status=503)

    answer = alice.get("/buy/arrived")

    assert (answer.status, title(answer)) == (200, "Waiting for your purchase")


def test_the_purchase_of_another_person_in_the_same_browser_is_not_shown(
    alice: Shopper, served: str, shop: World
) -> None:
    alice.choose()
    mallory = shopper(served, shop, MALLORY)
    mallory.jar = {**alice.jar, **mallory.jar}

    for path in ("/buy/checkout", "/buy/arrived"):
        answer = mallory.get(path)
        assert title(answer) == "No purchase is under way here"
        assert "txn_" not in answer.body.decode()


def test_a_cookie_of_another_making_is_none(alice: Shopper) -> None:
    alice.jar["__Secure-buying"] = "gAAAAABm"

    assert title(alice.get("/buy/arrived")) == "No purchase is under way here"


def test_a_message_of_paddles_leads_to_a_payment_without_signing_in(served: str, shop: World) -> None:
    answer = Shopper(served, shop).get("/buy?_ptxn=txn_1")

    assert "https://cdn.paddle.com" in policy(answer)["script-src"]
    # The script finds the transaction in the address; the page repeats nothing of it.
    assert "txn_1" not in answer.body.decode()


@pytest.fixture
def unclaimed(shop: World) -> dict[str, str]:
    """A purchase that was made in Paddle's dashboard, by what its buyer has of it."""
    told = Subscription(quantity=2).bought()
    deliver(shop, *told)
    paid = told[-1]["data"]
    return {"transaction": f" {paid['id']} ", "invoice": paid["invoice_number"], "owner": "person"}


def test_a_purchase_without_an_owner_is_claimed_by_what_its_invoice_says(
    alice: Shopper, shop: World, unclaimed: dict[str, str]
) -> None:
    answer = alice.post("/buy/claim", **unclaimed)

    assert (answer.status, answer.header("location")) == (303, ["/seats"])
    [row] = [row for row in shop.rows()["subscriptions"] if row["RowKey"] == "subscription"]
    # More than one seat is for an organisation, whatever was said.
    assert (row["owner_kind"], row["tenant"]) == ("organisation", ALICE.person.tenant)


def test_every_claim_that_fails_gets_the_same_answer(alice: Shopper, unclaimed: dict[str, str]) -> None:
    wrong = [
        {"transaction": "txn_none"},
        {"transaction": ""},
        {"transaction": "../x"},
        {"invoice": "1"},
        {"invoice": ""},
    ]

    answers = [alice.post("/buy/claim", **{**unclaimed, **changed}) for changed in wrong]

    assert {answer.status for answer in answers} == {409}
    assert len({read(answer).text("main") for answer in answers}) == 1
    assert "could not be claimed" in read(answers[0]).text("main")


def test_a_claim_is_tried_five_times_a_day(alice: Shopper, unclaimed: dict[str, str]) -> None:
    for _ in range(5):
        alice.post("/buy/claim", **{**unclaimed, "invoice": "1"})

    assert alice.post("/buy/claim", **unclaimed).status == 409


def test_what_grew_beyond_ones_own_seat_is_offered_to_the_organisation(alice: Shopper, shop: World) -> None:
    bought = Subscription(shop.checkout(ALICE, "person"), quantity=1)
    deliver(shop, *bought.bought())
    assert "it has grown" not in read(alice.get()).text("main")
    bought.later(days=1)
    deliver(shop, *bought.resized(3))
    assert "it has grown" in read(alice.get()).text("main")

    answer = alice.post("/buy/convert", subscription=bought.partition)

    assert (answer.status, answer.header("location")) == (303, ["/seats"])
    assert header(shop, bought).owner_kind == "organisation"
