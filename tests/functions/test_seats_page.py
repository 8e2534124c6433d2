"""The page `/seats`, without a script: what administrators, buyers and strangers see and do there."""

from collections.abc import Iterator

import pytest

from shared.domain.errors import ConsentNeeded, Unavailable
from shared.domain.records import Status
from shared.operations.assign_seat import assign_seat
from shared.operations.erase_account import erase_account
from shared.ports import Change
from shared.storage import keys
from tests.functions.reading import Page, policy, read
from tests.functions.seats import Browser, browser
from tests.functions.serving import serving
from tests.histories.memory import MemoryWorld
from tests.operations.stories import has_seat, organisation_with, seat_of, stamped
from tests.operations.visiting import DirectoryInMemory, with_directory
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, MALLORY, World, colleague

NAUGHTY = "<script>alert(1)</script> \u202eevil\u202c \U0001f41d &amp; \"'"


@pytest.fixture
def shared() -> World:
    return MemoryWorld()


@pytest.fixture
def directory(shared: World) -> DirectoryInMemory:
    return with_directory(shared, *(colleague(number) for number in range(5)))


@pytest.fixture
def served(shared: World, directory: DirectoryInMemory) -> Iterator[str]:
    assert directory
    with serving(lambda: shared.services) as url:
        yield url


@pytest.fixture
def alice(served: str, shared: World) -> Browser:
    return browser(served, shared, ALICE, administers=True)


@pytest.fixture
def bought(shared: World) -> Subscription:
    return organisation_with(shared, 0, quantity=3)[0]


def people(page: Page) -> list[str]:
    """Who stands in the list, in its order."""
    return [
        "".join(row.itertext()).split("\n")[0].strip()
        for row in page.root.iter("{http://www.w3.org/1999/xhtml}th")
        if row.attrib.get("scope") == "row"
    ]


def statuses(page: Page) -> str:
    """What is announced."""
    live = [each for each in page.root.iter() if each.attrib.get("role") in {"status", "alert"}]
    return " ".join(" ".join("".join(each.itertext()).split()) for each in live)


def undo_of(page: Page) -> str:
    """What a page sends to undo what it tells."""
    [field] = [each for each in page.all("input") if each.attrib.get("name") == "undo"]
    return field.attrib["value"]


def buttons(page: Page) -> set[str]:
    return {" ".join("".join(each.itertext()).split()) for each in page.all("button")}


def test_the_page_is_whole_html_that_loads_nothing_from_elsewhere(alice: Browser, bought: Subscription) -> None:
    alice.do(bought.partition, "give", address=BOB.addresses[0])
    answer = alice.get(f"/seats?subscription={bought.partition}")

    assert (answer.status, read(answer).errors, answer.header("cache-control")) == (200, [], ["no-store"])
    assert policy(answer)["connect-src"] == ["'self'"]
    ids = [each.attrib["id"] for each in read(answer).root.iter() if "id" in each.attrib]
    assert len(ids) == len(set(ids))


def test_an_administrator_gives_a_seat_by_address_and_undoes_it(
    alice: Browser, bought: Subscription, shared: World
) -> None:
    given = alice.do(bought.partition, "give", address=f" {BOB.addresses[0].upper()} ")
    assert "Bob Bee has a seat now." in statuses(given)
    assert {"Undo", "Take back"} <= buttons(given)
    assert (people(given), shared.code(BOB)) == (["Bob Bee"], "LICENSED")

    released = alice.do(bought.partition, "release", seat=seat_of(shared, bought, BOB))
    assert "The seat of Bob Bee is free." in statuses(released)
    assert (people(released), shared.code(BOB)) == ([], "NO_LICENSE")
    undone = alice.do(bought.partition, "undo", undo=undo_of(released))
    assert "Bob Bee has a seat now." in statuses(undone)
    assert shared.code(BOB) == "LICENSED"

    again = alice.do(bought.partition, "give", person=BOB.person.object_id)
    assert "has a seat already" in statuses(again)
    assert "Undo" not in buttons(again)
    for _ in range(2):
        gone = alice.do(bought.partition, "release", seat=seat_of(shared, bought, BOB))
    assert "free already" in statuses(gone)


@pytest.mark.parametrize("status", ["past_due", "suspended"])
def test_an_outstanding_payment_is_said_and_its_seats_stay(
    alice: Browser, bought: Subscription, shared: World, status: Status
) -> None:
    assign_seat(shared.services, bought.partition, BOB)
    tables = shared.services.tables
    header = tables.read(keys.subscription(bought.partition))
    assert header
    tables.write(Change(header, header.record.model_copy(update={"status": status})))

    page = read(alice.get(f"/seats?subscription={bought.partition}"))

    assert "A payment is outstanding." in page.text("main")
    assert people(page) == ["Bob Bee"]


def test_the_server_reads_names_itself_and_shows_them_harmless(
    alice: Browser, bought: Subscription, directory: DirectoryInMemory
) -> None:
    who = colleague(1)
    directory.people[who.person] = type(directory.people[who.person])(
        who.person, NAUGHTY, who.addresses[0], who.addresses
    )

    page = alice.do(bought.partition, "give", person=who.person.object_id, name="Mallory", address="m@evil.example")

    assert NAUGHTY.split(" ", maxsplit=1)[0] in statuses(page)
    assert people(page)[0].startswith(NAUGHTY)
    assert len(page.all("script")) == 1


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"address": "nobody@contoso.example"}, 409, "Nobody in your organisation"),
        ({"address": "=1+1"}, 400, "not an e-mail address"),
        ({"address": ""}, 400, "not an e-mail address"),
        ({"person": "../me"}, 400, "not an e-mail address"),
        ({"person": MALLORY.person.object_id}, 409, "Nobody in your organisation"),
    ],
)
def test_who_cannot_be_given_a_seat_is_told_on_the_page(
    alice: Browser, bought: Subscription, fields: dict[str, str], status: int, told: str
) -> None:
    answer = alice.post(bought.partition, "give", **fields)

    assert (answer.status, told in statuses(read(answer))) == (status, True)


@pytest.mark.parametrize(("typed", "left"), [("=1+1", "=1+1"), (BOB.addresses[0], "")])
def test_an_address_that_is_refused_stays_to_be_put_right(
    alice: Browser, bought: Subscription, typed: str, left: str
) -> None:
    page = alice.do(bought.partition, "give", address=typed)

    [field] = [each for each in page.all("input") if each.attrib.get("name") == "address"]
    assert field.attrib["value"] == left


def test_consent_is_asked_for_with_a_reason_and_leads_back(
    alice: Browser, bought: Subscription, directory: DirectoryInMemory
) -> None:
    directory.fails_with = ConsentNeeded()

    page = alice.do(bought.partition, "give", address=BOB.addresses[0])

    assert "basic profiles" in page.text("main")
    asking = [link for link in page.links() if "permission=directory" in link]
    assert asking
    assert all(link.endswith(f"then=%2Fseats%3Fsubscription%3D{bought.partition}") for link in asking)
    assert [link for link in page.links() if link.startswith("https://login.example/approve")]


def test_a_directory_that_does_not_answer_is_told_and_tried_again(
    alice: Browser, bought: Subscription, directory: DirectoryInMemory
) -> None:
    directory.fails_with = Unavailable()

    answer = alice.post(bought.partition, "give", address=BOB.addresses[0])

    assert (answer.status, answer.header("retry-after")) == (503, ["5"])
    assert "cannot answer right now" in statuses(read(answer))
    [field] = [each for each in read(answer).all("input") if each.attrib.get("name") == "address"]
    assert (read(answer).errors, field.attrib["value"]) == ([], BOB.addresses[0])
    asked = alice.do(bought.partition, "check list", list="bob@contoso.example\ncarol@contoso.example")
    assert [each.text for each in asked.all("textarea")] == ["bob@contoso.example\ncarol@contoso.example"]


def test_an_old_sign_in_is_asked_to_sign_in_again_and_returns(
    alice: Browser, bought: Subscription, shared: World
) -> None:
    shared.clock.advance(hours=1, seconds=1)

    answer = alice.post(bought.partition, "give", address=BOB.addresses[0])

    assert answer.status == 401
    assert "/sign-in?then=/seats" in read(answer).links()
    assert not has_seat(shared, bought, BOB)


def test_a_buyer_without_the_right_sees_their_own_seat_and_whom_to_ask(
    served: str, shared: World, bought: Subscription
) -> None:
    assign_seat(shared.services, bought.partition, BOB)
    buyer = browser(served, shared, ALICE)

    page = read(buyer.get())
    assert "Bob" not in page.text()
    assert "https://licensing.vendor.example/seats" in page.text("main")
    taken = buyer.do(bought.partition, "give own")
    assert ("Give my seat back" in buttons(taken), shared.code(ALICE)) == (True, "LICENSED")
    refused = buyer.post(bought.partition, "release", seat=seat_of(shared, bought, BOB))
    assert (refused.status, shared.code(BOB)) == (403, "LICENSED")
    buyer.do(bought.partition, "release", seat=seat_of(shared, bought, ALICE))
    assert shared.code(ALICE) == "NO_LICENSE"


def test_who_bought_for_themself_takes_and_returns_the_one_seat(served: str, shared: World) -> None:
    own = Subscription(shared.checkout(BOB, "person"), quantity=1)
    deliver(shared, *own.bought())
    bob = browser(served, shared, BOB)

    assert "Give my seat back" in buttons(read(bob.get()))
    returned = bob.do(own.partition, "release", seat=seat_of(shared, own, BOB))
    assert "Undo" in buttons(returned)
    assert "Seats for others" not in returned.text()


def test_strangers_are_shown_nothing_and_other_tenants_subscriptions_are_not_there(
    served: str, shared: World, bought: Subscription
) -> None:
    before = shared.rows()
    mallory = browser(served, shared, MALLORY, administers=True, account=False)

    empty = mallory.get()
    assert (empty.status, "no subscription here" in read(empty).text("main")) == (200, True)
    for name in (bought.partition, "paddle.sub_none", "x", "paddle.a'b"):
        assert mallory.get(f"/seats?subscription={name}").status == 404
        for do in ("give own", "release", "undo", "keep", "move", "try cut", "check list", ""):
            assert mallory.post(name, do, seat="x", list="a@b.example", quantity="1").status == 404
    assert shared.rows() == before


def test_whoever_has_a_seat_and_looks_after_none_is_told_of_theirs(
    served: str, shared: World, bought: Subscription
) -> None:
    assign_seat(shared.services, bought.partition, BOB)

    page = read(browser(served, shared, BOB, account=False).get())

    assert f"You have a seat, for {', '.join(BOB.addresses)}." in page.text("main")
    assert "no subscription here" not in page.text("main")


def test_nobody_signed_in_and_somebody_erased_are_asked_to_sign_in(
    served: str, shared: World, bought: Subscription
) -> None:
    erased = browser(served, shared, BOB, administers=True)
    erase_account(shared.services, erased.session.account)

    for answer in (erased.get(), erased.post(bought.partition, "give own")):
        assert answer.status == 401
        assert any(link.startswith("/sign-in?then=") for link in read(answer).links())


def test_a_form_of_another_page_does_nothing(alice: Browser, bought: Subscription, shared: World) -> None:
    assert alice.post(bought.partition, "give", address=BOB.addresses[0], csrf="guessed").status == 403
    assert not has_seat(shared, bought, BOB)


def test_the_list_is_searched_in_the_body_and_sorted_and_paged(
    alice: Browser, bought: Subscription, shared: World
) -> None:
    wide, people_there = organisation_with(shared, 30)
    first = read(alice.get(f"/seats?subscription={wide.partition}"))
    assert len(people(first)) == 25
    [following] = [b for b in first.all("button") if b.attrib.get("name") == "after"]

    second = alice.do(wide.partition, after=following.attrib["value"])
    found = alice.do(wide.partition, search="colleague1@")

    assert len(people(second)) == 5
    [back] = [b for b in second.all("button") if b.attrib.get("name") == "after"]
    assert people(alice.do(wide.partition, after=back.attrib["value"])) == people(first)
    turned = alice.do(wide.partition, sort="-name")
    assert (people(turned)[:5], turned.root.find(".//*[@aria-sort]").attrib["aria-sort"]) == (  # type: ignore[union-attr]
        people(second)[::-1],
        "descending",
    )
    assert set(people(first) + people(second)) == {person.name for person in people_there}
    assert people(found) == ["Colleague 1"]
    assert people(read(alice.get(f"/seats?subscription={wide.partition}&search=colleague1@"))) == people(first)
    assert "No seat fits" in alice.do(wide.partition, search="nobody").text("main")
    assert "Nobody has a seat yet." in read(alice.get(f"/seats?subscription={bought.partition}")).text("main")


def test_what_a_button_says_is_said_by_no_field_of_its_form(alice: Browser, shared: World) -> None:
    wide, _ = organisation_with(shared, 30)

    page = alice.do(wide.partition, sort="assigned")

    fields = {
        each.attrib.get("name")
        for form in page.all("form")
        if form.attrib.get("id") == "listing"
        for each in form.iter()
    }
    pressed = {each.attrib["name"] for each in page.all("button") if each.attrib.get("form") == "listing"}
    assert (fields & pressed, pressed) == (set(), {"after", "sort"})
    assert alice.do(wide.partition, sorted="assigned").root.find(".//*[@aria-sort='descending']") is not None


def test_a_list_is_shown_before_it_is_done_and_goes_in_parts(
    alice: Browser, shared: World, directory: DirectoryInMemory
) -> None:
    directory.add(*(colleague(number) for number in range(120)))
    bought, _ = organisation_with(shared, 0, quantity=120)
    pasted = "E-Mail\n" + "".join(f"colleague{number}@contoso.example\n" for number in range(120)) + "=1\nBOB\n"

    checked = alice.do(bought.partition, "check list", list=pasted)
    assert "Nothing is done yet." in statuses(checked)
    assert len(people(checked)) == 102
    assert shared.code(colleague(0)) == "NO_LICENSE"
    hidden = {
        each.attrib["name"]: each.attrib.get("value", "") for each in checked.all("input") if "name" in each.attrib
    }

    done = alice.do(bought.partition, "seat list", list=hidden["list"], rest=hidden["rest"])
    assert shared.code(colleague(99)) == "LICENSED"
    assert "Go on with the rest of the list" in buttons(done)
    rest = next(each for each in done.all("input") if "colleague119" in each.attrib.get("value", ""))
    assert "Give these seats" in buttons(alice.do(bought.partition, "check list", list=rest.attrib["value"]))


def test_a_cut_is_shown_and_others_are_chosen(alice: Browser, shared: World) -> None:
    bought, _ = organisation_with(shared, 3)
    deliver(shared, *bought.resized(2))
    shared.purge()
    [loser] = stamped(shared, bought)
    page = read(alice.get(f"/seats?subscription={bought.partition}"))
    assert "Fewer seats than people" in page.text("main")
    number = int(loser[-1])

    kept = alice.do(bought.partition, "keep", seat=seat_of(shared, bought, colleague(number)))

    assert "This seat is kept." in statuses(kept)
    assert stamped(shared, bought) != {loser}
    alice.do(bought.partition, "keep no longer", seat=seat_of(shared, bought, colleague(number)))
    assert len(stamped(shared, bought)) == 1


def test_a_cut_can_be_tried_before_it_is_made_and_names_nobody(alice: Browser, shared: World) -> None:
    bought, folk = organisation_with(shared, 3)

    tried = alice.do(bought.partition, "try cut", quantity="1")

    assert "2 people would lose their seats 14 days after the change" in statuses(tried)
    assert "never used go first" in statuses(tried)
    assert not [who.name for who in folk if who.name in statuses(tried)]
    assert "Nobody would lose" in statuses(alice.do(bought.partition, "try cut", quantity="3"))
    for wrong in ("", "-1", "x", "1" * 9, "²"):
        assert alice.post(bought.partition, "try cut", quantity=wrong).status == 400


def test_all_seats_move_to_another_subscription(alice: Browser, shared: World) -> None:
    bought, seated = organisation_with(shared, 2)
    target, _ = organisation_with(shared, 0, quantity=1)

    told = alice.do(bought.partition, "preview move", to=target.partition)
    assert "1 of 2 seats can be moved." in statuses(told)
    moved = alice.do(bought.partition, "move", to=target.partition)

    assert "1 seat was moved." in statuses(moved)
    assert "none is free where it is to go" in statuses(moved)
    assert [shared.code(person) for person in seated] == ["LICENSED", "LICENSED"]
    assert alice.post(bought.partition, "move", to="paddle.sub_none").status == 404


def test_moving_many_tells_how_far_it_is_and_goes_on_by_one_button(alice: Browser, shared: World) -> None:
    bought, seated = organisation_with(shared, 30)
    target, _ = organisation_with(shared, 0, quantity=30)

    part = alice.do(bought.partition, "move", to=target.partition)
    assert "25 seats were moved. 5 of 5 seats can be moved." in statuses(part)
    [box] = [each for each in part.root.iter() if each.attrib.get("id") == "moving"]
    sent = {each.attrib["name"]: each.attrib["value"] for each in box.iter() if each.attrib.get("type") == "hidden"}
    whole = alice.do(bought.partition, "move", to=sent["to"], moved=sent["moved"])

    assert "30 seats were moved. No seat is left to move." in statuses(whole)
    assert not [each for each in whole.root.iter() if each.attrib.get("id") == "moving"]
    assert [has_seat(shared, target, person) for person in seated] == [True] * 30
    assert alice.post(bought.partition, "move", to=target.partition, moved="-1").status == 400


def test_as_many_lines_go_without_a_script_as_with_it(alice: Browser, bought: Subscription) -> None:
    lines = [f"firstname.lastname{number}@contoso.example" for number in range(10_000)]

    checked = alice.do(bought.partition, "check list", list="\r\n".join(lines))
    assert "This is what will become of the list." in statuses(checked)
    [rest] = [each.attrib["value"] for each in checked.all("input") if lines[-1] in each.attrib.get("value", "")]
    assert len(rest.split()) == 9900

    more = alice.post(bought.partition, "check list", list="\r\n".join([*lines, "one@more.example"]))
    assert (more.status, "at most 10,000 lines" in statuses(read(more))) == (400, True)
    assert [len((each.text or "").split()) for each in read(more).all("textarea")] == [10_001]
    beyond = alice.post(bought.partition, "check list", list="x" * 4_200_000)
    assert (beyond.status, "at most 10,000 lines" in statuses(read(beyond))) == (400, True)


def test_last_use_is_nowhere_on_the_page(alice: Browser, shared: World) -> None:
    bought, [who] = organisation_with(shared, 1)
    shared.clock.advance(days=7)
    assert shared.code(who) == "LICENSED"
    shared.clock.advance(minutes=1)
    fresh = browser(alice.base, shared, ALICE, administers=True)

    texts = [fresh.get(f"/seats?subscription={bought.partition}").body.decode()]
    texts.append(fresh.script("GET", f"/api/seats/export?subscription={bought.partition}").body.decode())
    texts.append(fresh.script("GET", f"/api/seats?subscription={bought.partition}").body.decode())

    assert not [text for text in texts if "March 9" in text or "2026-03-09" in text or "last_used" in text]
    assert all("2026-03-02" in text or "March 2" in text for text in texts)
