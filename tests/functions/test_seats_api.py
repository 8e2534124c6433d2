"""The JSON behind the seats page: its contract, and what another page, a stranger or a broken script gets."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from shared.domain.errors import ConsentNeeded, Unavailable
from shared.operations.erase_account import erase_account
from tests.functions.seats import Browser, browser, seat_id
from tests.functions.serving import assert_problem, serving
from tests.histories.memory import MemoryWorld
from tests.operations.stories import has_seat, organisation_with
from tests.operations.visiting import DirectoryInMemory, with_directory
from tests.paddle import Subscription
from tests.world import ALICE, BOB, MALLORY, World, colleague


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
def bought(shared: World) -> Subscription:
    return organisation_with(shared, 0, quantity=3)[0]


@pytest.fixture
def alice(served: str, shared: World) -> Browser:
    return browser(served, shared, ALICE, administers=True)


def give(alice: Browser, bought: Subscription, number: int) -> None:
    alice.api("", subscription=bought.partition, person=colleague(number).person.object_id)


def test_an_administrator_lists_gives_and_takes_back(alice: Browser, bought: Subscription, shared: World) -> None:
    [listed] = alice.script("GET", "/api/seats").json["subscriptions"]
    assert listed == {
        "subscription": bought.partition,
        "role": "administrator",
        "plan": "team",
        "status": "active",
        "bought": 3,
        "used": 0,
    }

    given = alice.api("", subscription=bought.partition, person=BOB.person.object_id.upper())
    id_ = seat_id(shared, bought, BOB)
    seat = {
        "id": id_,
        "name": BOB.name,
        "addresses": list(BOB.addresses),
        "assigned_on": "2026-03-02",
        "ends_at": None,
        "kept": False,
    }
    assert given == {"seat": seat, "is_new": True}
    shown = alice.script("GET", f"/api/seats?subscription={bought.partition}&sort=assigned").json
    assert (shown["seats"], shown["found"], shown["next"], shown["used"]) == ([seat], 1, "", 1)

    for _ in range(2):
        gone = alice.script("DELETE", f"/api/seats/{id_}")
        assert (gone.status, gone.body, gone.header("cache-control")) == (204, b"", ["no-store"])
    assert not has_seat(shared, bought, BOB)


def test_people_are_searched_by_the_server(alice: Browser, bought: Subscription) -> None:
    give(alice, bought, 1)

    people = alice.api("/search", subscription=bought.partition, text="colleague")["people"]

    assert [(each["name"], each["has_seat"]) for each in people[:3]] == [
        ("Colleague 0", False),
        ("Colleague 1", True),
        ("Colleague 2", False),
    ]
    assert people[0].keys() == {"person", "name", "address", "has_address", "has_seat"}
    short = alice.script("POST", "/api/seats/search", {"subscription": bought.partition, "text": "c"})
    assert_problem(short, 400, "SEARCH_TOO_SHORT")


def test_a_list_goes_in_parts_from_file_to_seats(alice: Browser, bought: Subscription, shared: World) -> None:
    file = "\ufeffName;E-Mail\r\nÇ;colleague0@contoso.example\r\nX;nobody@contoso.example\r\nY;=1\r\n"
    lines = alice.script("POST", "/api/seats/read", file.encode("utf-16")).json["lines"]
    assert [(line["line"], line["address"], line["problem"]) for line in lines] == [
        (2, "colleague0@contoso.example", ""),
        (3, "nobody@contoso.example", ""),
        (4, "", "ADDRESS_INVALID"),
    ]
    addresses = [line["address"] for line in lines if line["address"]]

    told = alice.api("/check", subscription=bought.partition, addresses=addresses, taken=0)["rows"]
    assert [row["result"] for row in told] == ["WILL_BE_GIVEN", "NOT_IN_DIRECTORY"]
    full = alice.api("/check", subscription=bought.partition, addresses=addresses, taken=3)["rows"]
    assert [row["result"] for row in full] == ["NO_SEAT_FREE", "NOT_IN_DIRECTORY"]
    done = alice.api("/give", subscription=bought.partition, addresses=addresses)["rows"]
    assert done == [
        {
            "address": addresses[0],
            "result": "GIVEN",
            "name": "Colleague 0",
            "seat": seat_id(shared, bought, colleague(0)),
        },
        {"address": addresses[1], "result": "NOT_IN_DIRECTORY", "name": "", "seat": ""},
    ]
    assert shared.code(colleague(0)) == "LICENSED"


def test_ten_thousand_lines_are_read_at_once(alice: Browser) -> None:
    lines = b"Display name,User principal name\r\n" + b"".join(
        b'"Somebody, with a name",somebody%d@contoso.example\r\n' % number for number in range(10_000)
    )

    assert len(alice.script("POST", "/api/seats/read", lines).json["lines"]) == 10_000
    assert_problem(alice.script("POST", "/api/seats/read", lines + b"x@y.example"), 400, "LIST_TOO_LONG")
    assert_problem(alice.script("POST", "/api/seats/read", b"a" * 4_200_000), 413, "BODY_TOO_LARGE")
    assert_problem(alice.script("POST", "/api/seats/read", b"\x81\x8d"), 400, "LIST_UNREADABLE")


def test_the_shown_seats_are_refreshed(
    alice: Browser, bought: Subscription, shared: World, directory: DirectoryInMemory
) -> None:
    give(alice, bought, 1)
    give(alice, bought, 2)
    del directory.people[colleague(2).person]
    ids = [seat_id(shared, bought, colleague(number)) for number in (1, 2)]

    refreshed = alice.api("/refresh", subscription=bought.partition, seats=[*ids, "paddle.other.x", "?"])

    assert refreshed == {"changed": [], "gone": [ids[1]]}


def test_the_list_is_exported_without_formulas_and_without_last_use(
    alice: Browser, bought: Subscription, directory: DirectoryInMemory, shared: World
) -> None:
    evil = colleague(1)
    directory.people[evil.person] = type(directory.people[evil.person])(
        evil.person, '=HYPERLINK("http://evil.example")', evil.addresses[0], evil.addresses
    )
    give(alice, bought, 1)
    assert shared.code(evil) == "LICENSED"

    answer = alice.script("GET", f"/api/seats/export?subscription={bought.partition}")

    assert answer.body.decode() == (
        "\ufeffName,E-mail,Other addresses,Assigned on,Ends on,Kept\r\n"
        '"\'=HYPERLINK(""http://evil.example"")",colleague1@contoso.example,,2026-03-02,,\r\n'
    )
    assert answer.header("content-type") == ["text/csv; charset=utf-8"]
    assert answer.header("cache-control") == ["no-store"]


@pytest.mark.parametrize(
    ("query", "asked_for", "heading"),
    [
        ("&language=de", "fr", "Name,E-Mail,Weitere Adressen,Zugewiesen am,Endet am,Behalten"),
        ("", "fr-CA,en;q=0.1", "Nom,E-mail,Autres adresses,Attribué le,Se termine le,Conservé"),
        ("&language=xx", "", "Name,E-mail,Other addresses,Assigned on,Ends on,Kept"),
    ],
)
def test_the_exports_headings_are_in_the_language_of_the_page(
    alice: Browser, bought: Subscription, query: str, asked_for: str, heading: str
) -> None:
    target = f"/api/seats/export?subscription={bought.partition}{query}"

    assert alice.script("GET", target, accept_language=asked_for).body.decode() == f"\ufeff{heading}\r\n"


def test_a_name_is_whole_in_the_export_whatever_is_in_it(
    alice: Browser, bought: Subscription, directory: DirectoryInMemory
) -> None:
    who, name = colleague(1), "<script>alert(1)</script> \u202eevil\u202c \U0001f41d"
    directory.people[who.person] = replace(directory.people[who.person], name=name)
    give(alice, bought, 1)

    answer = alice.script("GET", f"/api/seats/export?subscription={bought.partition}")

    assert name in answer.body.decode()
    assert answer.header("x-content-type-options") == ["nosniff"]


CHANGES = [
    ("POST", "/api/seats", {"subscription": "{s}", "person": BOB.person.object_id}),
    ("DELETE", "/api/seats/{s}." + "0" * 64, None),
    ("POST", "/api/seats/search", {"subscription": "{s}", "text": "bob"}),
    ("POST", "/api/seats/check", {"subscription": "{s}", "addresses": ["bob@contoso.example"], "taken": 0}),
    ("POST", "/api/seats/give", {"subscription": "{s}", "addresses": ["bob@contoso.example"]}),
]
READS = [
    ("GET", "/api/seats?subscription={s}", None),
    ("GET", "/api/seats/export?subscription={s}", None),
    ("POST", "/api/seats/refresh", {"subscription": "{s}", "seats": []}),
]


def asked(who: Browser, what: tuple[str, str, Any], name: str, **changed: str) -> int:
    method, target, content = what
    filled = {key: value.format(s=name) if isinstance(value, str) else value for key, value in (content or {}).items()}
    return who.script(method, target.format(s=name), filled if content else None, **changed).status


@pytest.mark.parametrize("what", [*CHANGES, *READS], ids=lambda what: f"{what[0]} {what[1].partition('?')[0]}")
def test_a_stranger_finds_nothing_and_learns_nothing(
    served: str, shared: World, bought: Subscription, what: tuple[str, str, Any]
) -> None:
    before = shared.rows()
    mallory = browser(served, shared, MALLORY, administers=True, account=False)

    for name in (bought.partition, "paddle.sub_none", "..", "paddle.a b"):
        assert asked(mallory, what, name.replace(" ", "%20")) == 404
    assert shared.rows() == before


@pytest.mark.parametrize("what", CHANGES, ids=lambda what: f"{what[0]} {what[1]}")
def test_another_page_cannot_ask(alice: Browser, bought: Subscription, what: tuple[str, str, Any]) -> None:
    for changed in ({"x_csrf_token": ""}, {"x_csrf_token": "x"}, {"origin": "https://evil.example"}, {"origin": ""}):
        assert asked(alice, what, bought.partition, **changed) == 403


@pytest.mark.parametrize("what", CHANGES, ids=lambda what: f"{what[0]} {what[1]}")
def test_a_buyer_without_the_right_and_an_old_sign_in_change_nothing(
    served: str, shared: World, alice: Browser, bought: Subscription, what: tuple[str, str, Any]
) -> None:
    before = shared.rows()["subscriptions"]
    assert asked(browser(served, shared, ALICE), what, bought.partition) == 403
    shared.clock.advance(hours=1, seconds=1)
    # Her cookie is fresh; what it says of her rights is not.
    assert asked(alice, what, bought.partition) == 401
    assert shared.rows()["subscriptions"] == before


def test_nobody_signed_in_and_somebody_erased_get_nothing(served: str, shared: World, bought: Subscription) -> None:
    erased = browser(served, shared, BOB, administers=True)
    erase_account(shared.services, erased.session.account)

    for what in [*CHANGES, *READS]:
        assert asked(erased, what, bought.partition) == 401
    assert shared.rows()["subscriptions"]


@pytest.mark.parametrize(
    ("target", "content"),
    [
        ("", {"subscription": "x"}),
        ("", {"subscription": "x", "person": "bob@contoso.example"}),
        ("", {"subscription": "x", "person": "../../users"}),
        ("", {"subscription": 1, "person": BOB.person.object_id}),
        ("", {"subscription": "x", "person": BOB.person.object_id, "name": "Mallory"}),
        ("", ["x"]),
        ("/search", {"subscription": "x", "text": "y" * 600}),
        ("/give", {"subscription": "x", "addresses": "bob@contoso.example"}),
        ("/give", {"subscription": "x", "addresses": ["a@b.example"] * 101}),
        ("/give", {"subscription": "x", "addresses": [None]}),
        ("/check", {"subscription": "x", "addresses": [], "taken": "1"}),
        ("/check", {"subscription": "x", "addresses": [], "taken": True}),
        ("/refresh", {"subscription": "x", "seats": {"a": 1}}),
    ],
)
def test_what_is_not_as_documented_is_refused(alice: Browser, target: str, content: object) -> None:
    assert_problem(alice.script("POST", f"/api/seats{target}", content), 400, "BODY_NOT_AS_DOCUMENTED")


def test_what_the_directory_refuses_is_told(alice: Browser, bought: Subscription, directory: DirectoryInMemory) -> None:
    sent = {"subscription": bought.partition, "text": "bob"}
    directory.fails_with = ConsentNeeded()
    assert alice.script("POST", "/api/seats/search", sent).json["code"] == "CONSENT_NEEDED"
    directory.fails_with = Unavailable()
    answer = alice.script("POST", "/api/seats/search", sent)
    assert_problem(answer, 503, "UNAVAILABLE")
    assert answer.header("retry-after")


def test_a_list_is_sorted_by_what_there_is(alice: Browser, bought: Subscription) -> None:
    answer = alice.script("GET", f"/api/seats?subscription={bought.partition}&sort=last_used")
    assert_problem(answer, 400, "BAD_REQUEST")
