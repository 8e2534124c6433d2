"""Every route, asked by whom it is no business of: somebody erased, and another organisation's administrator."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.caller import Session, session_cookie
from shared.operations.assign_seat import assign_seat
from shared.operations.erase_account import erase_account
from shared.operations.open_account import open_account
from tests.functions.reading import policy
from tests.functions.serving import serving
from tests.functions.test_routes import ROUTES, TAKEN, Request, name_of
from tests.histories.memory import MemoryWorld
from tests.operations.stories import seat_of
from tests.paddle import Subscription, deliver
from tests.runtime.asking import Answer, ask
from tests.world import ALICE, BOB, MALLORY, World

# Machines' routes, which know no session.
MACHINES = {"health", "license", "license_keys", "webhook_microsoft", "webhook_paddle"}
ASKED = [request for name, requests in TAKEN.items() if name not in MACHINES for request in requests]
# The members of each route's JSON, which takes no others.
MEMBERS: Mapping[str, tuple[str, ...]] = {
    "/api/account/close": ("close",),
    "/api/seats": ("subscription", "person"),
    "/api/seats/check": ("subscription", "addresses", "taken"),
    "/api/seats/give": ("subscription", "addresses"),
    "/api/seats/refresh": ("subscription", "seats"),
    "/api/seats/search": ("subscription", "text"),
}
FIELDS = (
    "subscription",
    "seat",
    "person",
    "to",
    "transaction",
    "invoice",
    "address",
    "list",
    "search",
    "quantity",
    "undo",
)
DEEDS = (
    *(
        "give",
        "give own",
        "release",
        "undo",
        "keep",
        "keep no longer",
        "check list",
        "seat list",
        "preview move",
        "move",
    ),
    *("try cut", "copy", "correct", "object", "allow", "restrict", "allow tokens", "preview", "close"),
    *("preview organisation", "close organisation", ""),
)
PRIVATE = [BOB.name, *BOB.addresses, ALICE.name, *ALICE.addresses]


@dataclass
class Place:
    """What Alice bought, with Bob in a seat: as it is stored, and everything by which anything of it is named."""

    base: str
    world: World
    stored: list[dict[str, Any]]
    ids: list[str]

    def session(self, account: str) -> Session:
        return Session(
            MALLORY.person, MALLORY.name, MALLORY.addresses, self.world.clock(), account, is_administrator=True
        )

    def ask(
        self,
        request: Request,
        session: Session | None,
        body: bytes = b"",
        *,
        query: str = "",
        changed: Mapping[str, str] | None = None,
    ) -> Answer:
        cookie = session_cookie(self.world.services, session).partition(";")[0] if session else ""
        kind = "application/json" if request.path.startswith("/api/") else "application/x-www-form-urlencoded"
        headers = {
            "Accept": "text/html",
            "Origin": self.world.services.issuer,
            "Cookie": cookie,
            "Content-Type": kind,
            "X-CSRF-Token": session.csrf if session else "x",
            **(changed or {}),
        }
        return ask(self.base, request.method, request.path + query, [*headers.items()], body)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    world = MemoryWorld(ENTRA_AUTHORITY="https://localhost:1/common")
    bought = Subscription(world.checkout())
    deliver(world, *bought.bought())
    seat = assign_seat(world.services, bought.partition, BOB)
    assert seat.row.key == seat_of(world, bought, BOB)
    rows = [row for table in world.rows().values() for row in table]
    stored = {str(row[key]) for row in rows for key in ("PartitionKey", "RowKey", "record_id")}
    ids = [bought.partition, f"{bought.partition}.{seat.row.key.removeprefix('seat.')}", bought.id, *sorted(stored)]
    people = [ALICE.person.object_id, BOB.person.object_id, *BOB.addresses, ALICE.person.tenant]
    with serving(lambda: world.services) as base:
        yield Place(base, world, rows, [*ids, *people])


def body_of(request: Request, fields: Mapping[str, str], csrf: str) -> bytes:
    if not request.path.startswith("/api/"):
        return urlencode({"csrf": csrf, **fields}).encode()
    lists = {"addresses": [fields["address"]], "seats": [fields["seat"]], "taken": 0, "text": fields["search"]}
    members = MEMBERS.get(request.path, ())
    return json.dumps({name: lists.get(name, fields.get(name, "account")) for name in members}).encode()


def test_the_json_of_each_route_is_known_here() -> None:
    taken = {f"/{route.route}" for route in ROUTES.values() if "POST" in route.methods and "api/" in route.route}

    assert taken - MEMBERS.keys() == {
        *("/api/license", "/api/seats/read", "/api/webhooks/microsoft", "/api/webhooks/paddle")
    }
    assert MEMBERS.keys() <= taken


@pytest.mark.parametrize("request_", ASKED, ids=name_of)
def test_who_was_erased_is_nobody_there(place: Place, request_: Request) -> None:
    account = open_account(place.world.services, MALLORY.person, MALLORY.name, MALLORY.addresses)
    erased = place.session(account)
    erase_account(place.world.services, account)
    before = place.world.rows()

    answer = place.ask(request_, erased, urlencode({"csrf": erased.csrf}).encode())

    assert answer.status == place.ask(request_, None).status
    assert MALLORY.name not in answer.body.decode()
    assert place.world.rows() == before


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_of_another_organisation_is_reached_by_any_id_on_any_route(place: Place, data: st.DataObject) -> None:
    account = open_account(place.world.services, MALLORY.person, MALLORY.name, MALLORY.addresses)
    mallory = place.session(account)
    request = data.draw(st.sampled_from(ASKED), label="route")
    # What names the subscription or its seat comes first among the ids, and is what most routes ask for.
    likely = dict.fromkeys(("subscription", "seat"), place.ids[:3])
    fields = {name: data.draw(st.sampled_from(likely.get(name, place.ids)), label=name) for name in FIELDS}
    fields["do"] = data.draw(st.sampled_from(DEEDS), label="do")
    query = "?" + urlencode({"subscription": fields["subscription"], "_ptxn": fields["transaction"]})
    path = request.path.replace("paddle.sub_1.0", fields["seat"])
    sent = Request(request.method, path) if request.method == "DELETE" else request

    answer = place.ask(sent, mallory, body_of(request, fields, mallory.csrf), query=query)

    given_away = [text for text in PRIVATE if text in answer.body.decode() and text not in fields.values()]
    assert (answer.status == 500, given_away) == (False, [])
    now = [row for table in place.world.rows().values() for row in table]
    assert [row for row in place.stored if row not in now] == []


@pytest.mark.parametrize("wrong", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ""}], ids=str)
@pytest.mark.parametrize("request_", [each for each in ASKED if each.method != "GET"], ids=name_of)
def test_what_another_site_sends_is_refused(place: Place, request_: Request, wrong: dict[str, str]) -> None:
    account = open_account(place.world.services, MALLORY.person, MALLORY.name, MALLORY.addresses)
    mallory = place.session(account)
    before = place.world.rows()
    body = body_of(request_, dict.fromkeys(FIELDS, "x") | {"everywhere": "yes", "do": "close"}, mallory.csrf)

    answer = place.ask(request_, mallory, body, changed=wrong)

    assert (answer.status, answer.header("set-cookie")) == (403, [])
    assert place.world.rows() == before


@pytest.mark.parametrize("request_", [each for each in ASKED if each.method == "GET"], ids=name_of)
def test_to_look_changes_nothing_and_no_page_can_be_framed(place: Place, request_: Request) -> None:
    account = open_account(place.world.services, MALLORY.person, MALLORY.name, MALLORY.addresses)
    before = place.world.rows()

    answer = place.ask(request_, place.session(account))

    assert place.world.rows() == before
    is_page = answer.header("content-type") == ["text/html; charset=utf-8"]
    assert (policy(answer)["frame-ancestors"] == ["'none'"]) if is_page else "/api/" in request_.path
    assert answer.header("cache-control") == ["no-store"]
