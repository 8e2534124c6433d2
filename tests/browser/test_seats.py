"""Alice hands out seats, each way that one can use a page."""

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Meet
from tests.browser.directory import consent, find, stranger
from tests.browser.stage import Stage
from tests.browser.visitors import Visitor, Way

BOB, ADDRESSES = "Bob Bee", ("bob@contoso.example", "b.bee@contoso.example")


@pytest.fixture
def alice(meet: Meet, stage: Stage, way: Way) -> Visitor:
    """Signed in, with five seats to give."""
    stage.buy(quantity=5)
    visitor = meet(way)
    visitor.sign_in("Alice")
    return visitor


@pytest.fixture
def allowed(alice: Visitor, stage: Stage) -> Visitor:
    """The same, who has consented before."""
    stage.vendors.entra.play.consent("Alice")
    alice.open("/sign-in?permission=directory&then=/seats")
    return alice


def give(visitor: Visitor, address: str) -> None:
    """By a whole address."""
    visitor.write_address(address)
    visitor.press(visitor.button("Give a seat"))
    expect(visitor.page.get_by_role("status").first).to_contain_text("has a seat now.")


def test_alice_consents_finds_bob_and_gives_him_a_seat_that_she_takes_back_and_gives_again(
    alice: Visitor, stage: Stage
) -> None:
    page = alice.page
    alice.write(page.get_by_role("combobox"), "bo")
    consent(alice)
    find(alice, "bo", BOB, ADDRESSES[0])
    alice.press(alice.button("Give a seat"))

    expect(page.get_by_role("status").first).to_contain_text(f"{BOB} has a seat now.")
    assert [stage.code(address) for address in ADDRESSES] == ["LICENSED", "LICENSED"]

    alice.press(alice.button(f"Take back the seat of {BOB}"))
    expect(page.get_by_role("status").first).to_contain_text(f"The seat of {BOB} is free.")
    assert [stage.code(address) for address in ADDRESSES] == ["NO_LICENSE", "NO_LICENSE"]

    alice.press(alice.button("Undo"))
    expect(page.get_by_role("status").first).to_contain_text(f"{BOB} has a seat now.")
    assert [stage.code(address) for address in ADDRESSES] == ["LICENSED", "LICENSED"]


@pytest.mark.parametrize("way", ["keyboard"])
def test_alice_gives_seats_to_a_list_after_seeing_what_will_happen(allowed: Visitor, stage: Stage) -> None:
    page = allowed.page
    allowed.press(page.get_by_text("Give seats to a list of people"))
    allowed.write(
        page.get_by_label("E-mail addresses, or rows of a spreadsheet"), "carol@contoso.example\nbob\nnobody@x.example"
    )
    allowed.press(allowed.button("See what will happen"))

    progress = page.locator("#people-progress")
    expect(progress.get_by_role("status")).to_have_text("1 of 3 will get a seat. Nothing is done yet.")
    assert stage.code("carol@contoso.example") == "NO_LICENSE"

    allowed.press(allowed.button("Give these seats"))
    expect(progress.get_by_role("status")).to_have_text("1 of 1 got a seat.")
    allowed.press(allowed.link("Show all seats"))
    expect(page.locator("#seats")).to_contain_text("Carol Sea")
    assert stage.code("carol@contoso.example") == "LICENSED"


def test_after_a_cut_alice_keeps_whom_she_chooses(allowed: Visitor, stage: Stage) -> None:
    page = allowed.page
    for address in ("bob@contoso.example", "carol@contoso.example"):
        give(allowed, address)
    stage.change_quantity(page.locator("#giving").get_attribute("data-subscription") or "", 1)
    allowed.open("/seats")

    cut = page.get_by_role("region", name="Fewer seats than people")
    expect(cut.get_by_role("listitem")).to_have_count(1)
    [loser] = [name for name in (BOB, "Carol Sea") if name in cut.get_by_role("listitem").inner_text()]
    [other] = {BOB, "Carol Sea"} - {loser}
    allowed.press(cut.get_by_role("button", name=f"Keep the seat of {loser}"))

    expect(page.get_by_role("status").first).to_contain_text("This seat is kept.")
    expect(cut.get_by_role("listitem")).to_contain_text(other)


@pytest.mark.parametrize("way", ["phone"])
def test_bob_who_administers_nothing_finds_his_seat_and_nothing_else(allowed: Visitor, meet: Meet) -> None:
    give(allowed, "bob@contoso.example")
    bob = meet(allowed.way)
    bob.sign_in("Bob")

    expect(bob.page.get_by_role("main")).to_contain_text("You have a seat, for")
    expect(bob.page.locator("table, form[action]:not(header form)")).to_have_count(0)


def test_without_scripts_alice_gives_seats_by_whole_addresses(meet: Meet, stage: Stage) -> None:
    stage.buy(quantity=5)
    alice = meet(scripts=False)
    page = alice.page
    alice.sign_in("Alice")
    alice.write(page.locator("#address"), "bob@contoso.example")
    alice.press(alice.button("Give a seat"))
    consent(alice)
    alice.write(page.locator("#address"), "bob@contoso.example")
    alice.press(alice.button("Give a seat"))
    expect(page.get_by_role("status").first).to_contain_text(f"{BOB} has a seat now.")

    alice.press(page.get_by_text("Give seats to a list of people"))
    alice.write(page.locator("#people-list"), "carol@contoso.example")
    alice.press(alice.button("See what will happen"))
    alice.press(alice.button("Give these seats"))

    expect(page.get_by_role("row", name="Carol Sea").first).to_contain_text("Has a seat now")
    assert [stage.code(f"{name}@contoso.example") for name in ("bob", "carol")] == ["LICENSED", "LICENSED"]


def open_lists(visitor: Visitor) -> None:
    visitor.page.locator("#people-list").evaluate("(list) => list.closest('details').open = true")


def check(visitor: Visitor, name: str, content: bytes) -> None:
    """What will become of a file."""
    open_lists(visitor)
    visitor.page.locator("#people-file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    visitor.page.locator("#people button[value='check list']").click()


@pytest.mark.parametrize("way", ["mouse"])
def test_alice_is_told_why_a_file_is_not_read_or_what_becomes_of_each_line(allowed: Visitor) -> None:
    status = allowed.page.locator("#people-progress [role=status]")
    check(allowed, "picture.csv", b"\x89PNG\r\n\x1a\n\0\0")
    expect(status).to_contain_text("Save it as CSV UTF-8")

    check(allowed, "long.csv", "\n".join(f"p{number}@x.example" for number in range(10_001)).encode())
    expect(status).to_contain_text("at most 10,000 lines")

    check(allowed, "long.csv", "\n".join(f"no address {number}" for number in range(1200)).encode())

    expect(status).to_contain_text("0 of 1200 will get a seat.")
    rows = allowed.page.locator("#people-progress tbody tr")
    expect(rows).to_have_count(1200)
    expect(rows.last).to_contain_text("no address 1199")


@pytest.mark.parametrize("way", ["mouse"])
def test_a_long_list_goes_on_where_the_server_asked_to_wait(allowed: Visitor) -> None:
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route.request.url)
        route.fulfill(status=503, headers={"Retry-After": "1"}, json={"code": "UNAVAILABLE"})

    allowed.page.route("**/api/seats/check", refuse_once)
    check(allowed, "short.csv", b"bob@contoso.example")

    expect(allowed.page.locator("#people-progress [role=status]")).to_contain_text("1 of 1 will get a seat.")
    assert len(refused) == 1
    # A browser notes such an answer in its console.
    allowed.faults.clear()


@pytest.mark.parametrize("way", ["mouse"])
def test_alice_moves_all_seats_by_one_press(allowed: Visitor, stage: Stage) -> None:
    page = allowed.page
    source, target = stage.buy(quantity=30), stage.buy(quantity=30)
    people = [stranger(number) for number in range(30)]
    for person in people:
        stage.seat(person, source)
    allowed.open(f"/seats?subscription={source}")
    page.locator("#to").evaluate("(field) => field.closest('details').open = true")
    page.locator("#to").select_option(target)
    allowed.do("preview move")
    allowed.press(allowed.button("Move the seats"))

    expect(page.get_by_role("status").first).to_contain_text("30 seats were moved.", timeout=15_000)
    assert stage.code(people[29].addresses[0]) == "LICENSED"
