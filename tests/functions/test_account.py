"""The page `/account` and its JSON over HTTP: what one sees, does and gets there, and what nobody else does."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from shared.domain.errors import CancelElsewhere
from shared.marketplaces.paddle import Paddle
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.find_account import account_of
from shared.operations.held_about import held_about
from tests.functions.account import Visiting, visiting
from tests.functions.reading import Page, policy, read
from tests.functions.serving import assert_problem, serving
from tests.histories.memory import MemoryWorld
from tests.histories.stored import stored
from tests.operations.stories import organisation_with
from tests.operations.visiting import visitor, with_directory
from tests.paddle import Subscription, deliver
from tests.paddle_api import PADDLE
from tests.runtime.asking import ask
from tests.world import ALICE, BOB, MALLORY, World

NAUGHTY = "<script>alert(1)</script> \u202eevil\u202c \U0001f41d &amp; \"'"


@pytest.fixture
def shared() -> World:
    made = MemoryWorld()
    with_directory(made)
    return made


@pytest.fixture
def served(shared: World) -> Iterator[str]:
    with serving(lambda: shared.services) as url:
        yield url


@pytest.fixture
def bought(shared: World) -> Subscription:
    """What Alice bought for her organisation; Bob has a seat of it and no account."""
    subscription, _ = organisation_with(shared, 0, quantity=5)
    assign_seat(shared.services, subscription.partition, BOB)
    return subscription


@pytest.fixture
def own(shared: World, bought: Subscription) -> Subscription:
    """What Bob bought for himself besides."""
    assert bought
    mine = Subscription(shared.checkout(BOB, "person"), quantity=1)
    deliver(shared, *mine.bought())
    return mine


@pytest.fixture
def bob(served: str, shared: World, bought: Subscription) -> Visiting:
    assert bought
    return visiting(served, shared, BOB)


@pytest.fixture
def buyer(served: str, shared: World, own: Subscription) -> Visiting:
    """Bob, with an account."""
    assert own
    return visiting(served, shared, BOB, account=visitor(shared, BOB).account)


@pytest.fixture
def alice(served: str, shared: World, bought: Subscription) -> Visiting:
    assert bought
    return visiting(served, shared, ALICE, account=visitor(shared).account, administers=True)


@pytest.fixture
def mallory(served: str, shared: World) -> Visiting:
    return visiting(served, shared, MALLORY)


def headings(page: Page) -> list[str]:
    return ["".join(each.itertext()).strip() for each in page.all("h2")]


def buttons(page: Page) -> set[str]:
    return {str(each.attrib["value"]) for each in page.all("button") if "value" in each.attrib}


def number_in(page: Page) -> str:
    [found] = re.findall(r"[0-9a-f]{4}(?: [0-9a-f]{4}){3}", page.text())
    return str(found).replace(" ", "")


def test_nobody_who_is_signed_out_sees_anything(served: str) -> None:
    assert ask(served, "GET", "/account", [("Accept", "text/html")]).status == 401
    assert_problem(ask(served, "GET", "/api/account/export"), 401, "SIGNED_OUT")
    assert_problem(ask(served, "POST", "/api/account/close"), 401, "SIGNED_OUT")


def test_the_page_is_whole_html_of_its_own(buyer: Visiting, bob: Visiting, mallory: Visiting) -> None:
    for who in (buyer, bob, mallory):
        answer = who.get()
        page = read(answer)
        assert (page.errors, answer.header("cache-control"), page.text("h1")) == ([], ["no-store"], "Your account")
        assert "script-src" not in policy(answer) or page.all("script") == []
        ids = [each.attrib["id"] for each in page.root.iter() if "id" in each.attrib]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", ["fr", "de"])
def test_the_page_is_there_in_each_language(buyer: Visiting, language: str) -> None:
    page = buyer.page(f"/{language}/account")

    assert page.root.attrib["lang"] == language


def test_an_assignee_sees_their_license_and_what_is_held_of_it(bob: Visiting) -> None:
    page = bob.page()

    assert "Your license is valid." in page.text("main")
    assert all(address in page.text("main") for address in BOB.addresses)
    assert "What you bought" not in headings(page)
    assert buttons(page) == {"copy", "correct", "object", "preview"}


def test_a_buyer_sees_what_they_bought_and_where_its_invoices_are(buyer: Visiting, own: Subscription) -> None:
    page = buyer.page()

    assert "What you bought" in headings(page)
    assert own.partition.removeprefix("paddle.") in page.text("main")
    assert "https://customer-portal.paddle.com" in page.links()
    assert {"restrict", "object", "preview"} <= buttons(page)


@pytest.mark.parametrize(("language", "day"), [("en", "2 March 2026"), ("de", "2. März 2026"), ("fr", "2 mars 2026")])
def test_days_and_moments_that_are_held_are_written_as_the_reader_writes_them(
    buyer: Visiting, language: str, day: str
) -> None:
    page = buyer.page(f"/{language}/account")

    cells = {
        "".join(row[0].itertext()): "".join(row[1].itertext()).strip()
        for row in page.all("tr")
        if row[0].find(".//*") is not None
    }
    assert cells["assigned_on"] == cells["last_sign_in"] == day
    assert re.search(r"2026.*\d\d:\d\d", cells["paid_through"])
    assert not any(re.match(r"\d{4}-\d\d-\d\d", value) for value in cells.values())


def test_of_whom_nothing_is_held_is_told_so_and_nothing_is_stored(shared: World, mallory: Visiting) -> None:
    before = shared.rows()

    page = mallory.page()
    assert "Nothing about you is held here." in page.text("main")
    assert buttons(page) == {"copy"}
    for do in ("copy", "correct", "object", "restrict", "allow", "allow tokens", "preview", "unknown", ""):
        assert mallory.post(do).status == 200
    assert "nothing is stored" in mallory.do("close", confirmed="yes").text("main")
    assert mallory.close().json["request"] == ""
    assert mallory.copy()["records"] == []

    assert shared.rows() == before


def test_opting_out_of_a_sale_is_answered_that_there_is_none(mallory: Visiting) -> None:
    assert "Nothing about you is sold, or shared for advertising" in mallory.page().text("main")


def test_a_copy_is_a_file_that_nobody_keeps_on_its_way(bob: Visiting) -> None:
    answer = bob.get("/api/account/export")

    assert answer.header("content-type")[0].startswith("application/json")
    assert answer.header("content-disposition") == ['attachment; filename="my-data.json"']
    assert answer.header("cache-control") == ["no-store"]
    seat = next(record for record in answer.json["records"] if record["record"] == "Seat")
    assert seat["fields"]["name"]["value"] == BOB.name


def test_looking_at_a_copy_changes_nothing_and_asking_for_one_is_noted(shared: World, buyer: Visiting) -> None:
    before = shared.rows()
    buyer.copy()
    assert shared.rows() == before

    answer = buyer.post("copy")

    number = answer.json["request"]
    assert [(row["PartitionKey"], row["kind"]) for row in shared.rows()["requests"]] == [(number, "access")]
    assert "Rights that you used" in headings(buyer.page())
    assert number_in(buyer.page()) == number


def test_nobody_sees_what_is_anothers(alice: Visiting, buyer: Visiting, mallory: Visiting) -> None:
    texts = {who.session.name: json.dumps(who.copy()) + who.get().body.decode() for who in (alice, buyer, mallory)}

    assert not any(secret in texts[ALICE.name] for secret in (*BOB.addresses, BOB.person.object_id))
    assert not any(secret in texts[BOB.name] for secret in (*ALICE.addresses, ALICE.person.object_id))
    assert not any(secret in texts[MALLORY.name] for who in (ALICE, BOB) for secret in (who.name, *who.addresses))


def test_the_same_object_id_in_another_tenant_is_somebody_else(served: str, shared: World, buyer: Visiting) -> None:
    twin = Assignee(BOB.person._replace(tenant=MALLORY.person.tenant), BOB.name, BOB.addresses)

    assert buyer.copy()["records"]
    assert visiting(served, shared, twin).copy()["records"] == []
    visiting(served, shared, twin, administers=True).close()
    assert shared.code(BOB) == "LICENSED"


def test_objecting_and_allowing_again_are_told_with_a_number(shared: World, bob: Visiting) -> None:
    assert shared.code(BOB) == "LICENSED"

    page = bob.do("object")

    assert "is forgotten" in page.text("main")
    assert [row["PartitionKey"] for row in shared.rows()["requests"]] == [number_in(page)]
    assert "allow" in buttons(page)
    assert shared.code(BOB) == "LICENSED"
    assert "There was nothing to do" in bob.do("object").text("main")
    assert "object" in buttons(bob.do("allow"))


def test_restricting_lets_the_token_go_and_is_told(shared: World, buyer: Visiting) -> None:
    assert stored(shared.rows(), "accounts", "token")

    page = buyer.do("restrict")

    assert "none is kept any more" in page.text("main")
    assert stored(shared.rows(), "accounts", "token") == []
    assert "allow tokens" in buttons(page)
    assert "restrict" in buttons(buyer.do("allow tokens"))


def test_correcting_is_done_at_once_or_leads_to_a_sign_in(shared: World, buyer: Visiting) -> None:
    assert "are now as Microsoft 365 has them" in buyer.do("correct").text("main")

    token = stored(shared.rows(), "accounts", "token")
    assert token
    for place in [place for place in shared.memory.kept if place[2] == "token"]:  # type: ignore[attr-defined]
        del shared.memory.kept[place]  # type: ignore[attr-defined]
    answer = buyer.post("correct")

    assert answer.status == 401
    assert any(link.startswith("/sign-in?then=") for link in read(answer).links())


def test_who_has_no_account_is_told_that_their_sign_in_counts_and_how_much_of_it(
    served: str, shared: World, bought: Subscription
) -> None:
    robert = replace(BOB, addresses=("robert@contoso.example",))
    page = visiting(served, shared, robert).do("correct")
    assert "as Microsoft 365 told them when you signed in" in page.text("main")
    assert "/sign-in?then=/account" in page.links()
    assert [shared.license(address)["code"] for address in (*robert.addresses, BOB.addresses[0])] == [
        "LICENSED",
        "NO_LICENSE",
    ]

    long = tuple(f"{letter * 60}@{letter * 240}.example" for letter in "ab")
    assert "none was taken away" in visiting(served, shared, replace(BOB, addresses=long)).do("correct").text("main")
    assert shared.license(robert.addresses[0])["code"] == "LICENSED"
    assert bought


def test_what_closing_does_is_shown_before_and_must_be_meant(shared: World, buyer: Visiting, own: Subscription) -> None:
    before = shared.rows()

    for page in (buyer.do("preview"), buyer.do("close"), buyer.do("close", confirmed="no")):
        assert page.text("h1") == "Close your account?"
        assert headings(page) == ["At once", "Later", "What stays"]
        assert own.partition.removeprefix("paddle.") in page.text("main")
        assert "https://customer-portal.paddle.com" in page.links()
        [confirm] = [each for each in page.all("input") if each.attrib["type"] == "checkbox"]
        assert "required" in confirm.attrib

    assert shared.rows() == before


def test_closing_ends_in_a_receipt_and_signed_out_everywhere(shared: World, buyer: Visiting, own: Subscription) -> None:
    answer = buyer.post("close", confirmed="yes")
    page = read(answer)

    assert page.text("h1") == "Everything about you is deleted"
    assert [row["PartitionKey"] for row in shared.rows()["requests"]] == [number_in(page)]
    assert "cancelled at its marketplace" in page.text("main")
    [cookie] = answer.header("set-cookie")
    assert cookie.startswith("__Secure-session=; max-age=0;")
    assert {"path=/", "secure", "samesite=lax", "httponly"} <= {*cookie.split("; ")}
    assert BOB.name not in answer.body.decode()
    assert held_about(shared.services, BOB.person) == []
    assert shared.code(BOB) == "NO_LICENSE"
    assert own
    # Whoever still has the cookie is nobody now.
    assert buyer.get().status == 401
    assert_problem(buyer.get("/api/account/export"), 401, "SIGNED_OUT")


def test_an_assignee_without_an_account_closes_in_the_same_way(shared: World, bob: Visiting) -> None:
    assert bob.do("preview").text("h1") == "Delete what is held about you?"

    page = bob.do("close", confirmed="yes")

    assert [row["PartitionKey"] for row in shared.rows()["requests"]] == [number_in(page)]
    assert held_about(shared.services, BOB.person) == []
    assert "Nothing about you is held here." in bob.page().text("main")


def test_the_receipt_says_plainly_what_could_not_be_cancelled_yet(buyer: Visiting) -> None:
    PADDLE.fail("/subscriptions", times=100, status=503, body=b"{}")

    page = buyer.do("close", confirmed="yes")

    assert "asked again each hour" in page.text("main")
    assert "https://customer-portal.paddle.com" in page.links()


def test_what_only_its_buyer_can_cancel_is_said_with_the_way_there(
    buyer: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel(*_: object) -> None:
        raise CancelElsewhere

    monkeypatch.setattr(Paddle, "cancel", cancel)

    page = buyer.do("close", confirmed="yes")

    assert "please cancel it yourself, since only its buyer can." in page.text("main")
    assert "cancelled at its marketplace" not in page.text("main")
    assert "https://customer-portal.paddle.com" in page.links()


def test_a_script_closes_too_and_gets_the_receipt(shared: World, buyer: Visiting, own: Subscription) -> None:
    answer = buyer.close()

    assert answer.json == {
        "request": shared.rows()["requests"][0]["PartitionKey"],
        "seats": 1,
        "stayed": 0,
        "ended": [{"subscription": own.partition, "plan": "team", "cancelled": True, "cancel_at": ""}],
    }
    assert answer.header("set-cookie")[0].startswith("__Secure-session=; max-age=0;")
    assert answer.header("cache-control") == ["no-store"]


@pytest.mark.parametrize(
    ("content", "changed", "status", "code"),
    [
        (None, {"x_csrf_token": "guessed"}, 403, "NOT_FROM_OUR_PAGE"),
        (None, {"origin": "https://evil.example"}, 403, "NOT_FROM_OUR_PAGE"),
        (None, {"content_type": "text/plain"}, 415, "MEDIA_TYPE_UNSUPPORTED"),
        ({}, {}, 400, "BODY_NOT_AS_DOCUMENTED"),
        ({"close": "everything"}, {}, 400, "BODY_NOT_AS_DOCUMENTED"),
        ({"close": ["account"]}, {}, 400, "BODY_NOT_AS_DOCUMENTED"),
        ({"close": "account", "person": ALICE.person.object_id}, {}, 400, "BODY_NOT_AS_DOCUMENTED"),
        ({"close": "organisation"}, {}, 403, "NOT_AN_ADMINISTRATOR"),
    ],
)
def test_what_is_not_meant_or_not_allowed_closes_nothing(
    shared: World, buyer: Visiting, content: object, changed: dict[str, str], status: int, code: str
) -> None:
    before = shared.rows()

    assert_problem(buyer.close(content, **changed), status, code)

    assert shared.rows() == before


@pytest.mark.parametrize("changed", [{"csrf": "guessed"}, {"csrf": ""}, {"origin": "https://evil.example"}])
@pytest.mark.parametrize("do", ["copy", "object", "restrict", "correct", "close", "close organisation"])
def test_a_form_of_another_page_does_nothing(shared: World, alice: Visiting, do: str, changed: dict[str, str]) -> None:
    before = shared.rows()

    assert alice.post(do, confirmed="yes", **changed).status == 403

    assert shared.rows() == before


def test_an_administrator_closes_the_organisation_and_stays_signed_in(shared: World, alice: Visiting) -> None:
    assert "preview organisation" in buttons(alice.page())
    assert alice.do("preview organisation").text("h1") == "Close your organisation?"
    assert alice.do("close organisation").text("h1") == "Close your organisation?"
    assert shared.code(BOB) == "LICENSED"

    answer = alice.post("close organisation", confirmed="yes")
    page = read(answer)

    assert page.text("h1") == "Your organisation is closed"
    assert answer.header("set-cookie") == []
    assert shared.code(BOB) == "NO_LICENSE"
    account = account_of(shared.services, ALICE.person)
    assert account is not None
    assert account.record.requests == (number_in(page),)
    assert "Nothing is held of your organisation." in alice.do("preview organisation").text("main")


def test_closing_an_organisation_needs_the_role_and_a_fresh_sign_in(
    shared: World, alice: Visiting, bob: Visiting
) -> None:
    before = shared.rows()
    old = replace(alice, session=replace(alice.session, signed_in_at=shared.clock.now.replace(hour=10)))

    assert "preview organisation" not in buttons(bob.page())
    assert bob.post("preview organisation").status == bob.post("close organisation", confirmed="yes").status == 403
    assert old.post("close organisation", confirmed="yes").status == 401
    assert_problem(old.close({"close": "organisation"}), 401, "SIGNED_OUT")

    assert shared.rows() == before


def test_names_are_shown_harmless(served: str, shared: World, bought: Subscription) -> None:
    who = Assignee(
        BOB.person._replace(object_id="b0b00000-0000-4000-8000-0000000000ff"), NAUGHTY, ("n@contoso.example",)
    )
    assign_seat(shared.services, bought.partition, who)

    page = visiting(served, shared, who).page()

    assert page.all("script") == []
    assert NAUGHTY in "".join(page.one("main").itertext())
