"""The stand-in for Graph, asked with tokens that people got at the stand-in for Entra."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from dev.entra import Entra
from dev.entra.cast import ALICE, BOB, MALLORY, PAT
from dev.entra.people import CONTOSO
from dev.graph import Graph
from tests.dev.entra import READ, SEARCH, SECONDS, App, app_at

EVENTUAL = {"ConsistencyLevel": "eventual"}
BASIC = "$select=id,displayName,mail,userPrincipalName"


@pytest.fixture(scope="module")
def running() -> Iterator[Graph]:
    with Entra() as entra, Graph(entra) as graph:
        yield graph


@pytest.fixture
def graph(running: Graph) -> Graph:
    running.clear()
    return running


@pytest.fixture
def app(graph: Graph) -> Iterator[App]:
    with app_at(graph.entra) as app:
        yield app


class Reader:
    """Somebody with a token for these scopes."""

    def __init__(self, graph: Graph, token: str) -> None:
        self._graph, self._token = graph, token

    def get(self, path: str, params: dict[str, str] | None = None, **headers: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._token}", **headers}
        return requests.get(self._graph.url + path, params=params, headers=headers, timeout=SECONDS)

    def names(self, search: str) -> list[str]:
        """Whom a search finds."""
        found = self.get("/users", {"$search": search}, **EVENTUAL)
        assert found.status_code == 200, found.text
        return [user["displayName"] for user in found.json()["value"]]

    def filtered(self, condition: str) -> list[str]:
        found = self.get("/users", {"$filter": condition})
        assert found.status_code == 200, found.text
        return [user["displayName"] for user in found.json()["value"]]

    def batch(self, *parts: dict[str, Any]) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._token}"}
        url = f"{self._graph.url}/$batch"
        return requests.post(url, json={"requests": list(parts)}, headers=headers, timeout=SECONDS)


def reader(app: App, graph: Graph, who: str, *scopes: str, authority: str = "common") -> Reader:
    return Reader(graph, app.sign_in(who, *scopes, authority=authority)["access_token"])


@pytest.fixture
def alice(app: App, graph: Graph) -> Reader:
    return reader(app, graph, "alice", READ, SEARCH)


def code(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


DENIED = (403, "Authorization_RequestDenied")


def test_somebody_reads_about_themself(app: App, graph: Graph) -> None:
    bob = reader(app, graph, "bob")

    assert bob.get(f"/me?{BASIC}").json() == {
        "id": BOB,
        "displayName": "Bob Bee",
        "mail": "b.bee@contoso.example",
        "userPrincipalName": "bob@contoso.example",
    }
    assert bob.get("/me").json()["givenName"] == "Bob"
    assert bob.get("/me?$select=shoeSize").json()["error"]["code"] == "BadRequest"


def test_the_domains_that_an_organisation_verified_are_told_to_its_members(app: App, graph: Graph) -> None:
    [told] = reader(app, graph, "bob").get("/organization?$select=verifiedDomains").json()["value"]

    assert [domain["name"] for domain in told["verifiedDomains"]] == ["contoso.example", "contoso.onmicrosoft.example"]
    assert told.keys() == {"verifiedDomains"}


def test_a_personal_account_has_another_id_and_no_organisation(app: App, graph: Graph) -> None:
    pat = reader(app, graph, "pat")

    assert pat.get("/me").json()["id"] == PAT.replace("-", "")[-16:]
    assert code(pat.get("/organization")) == DENIED
    assert code(pat.get("/users")) == DENIED


def test_others_are_read_only_with_the_permission_and_never_by_guests(app: App, graph: Graph) -> None:
    without = reader(app, graph, "bob")
    guest = reader(app, graph, "greta", READ, SEARCH, authority=CONTOSO)

    assert code(without.get("/users")) == DENIED
    assert code(without.get(f"/users/{ALICE}")) == DENIED
    assert without.get(f"/users/{BOB}").status_code == 200
    assert code(guest.get("/users")) == DENIED


def test_only_the_basic_profile_is_told_of_others(alice: Reader) -> None:
    assert code(alice.get("/users?$select=id,userType")) == DENIED
    assert code(alice.get("/users", {"$filter": "userType eq 'Guest'"})) == DENIED
    assert code(alice.get(f"/users/{BOB}?$select=jobTitle")) == DENIED


def test_one_person_is_found_by_id_and_nobody_of_another_tenant(alice: Reader) -> None:
    assert alice.get(f"/users/{BOB}?{BASIC}").json()["displayName"] == "Bob Bee"
    assert alice.get("/users/bob@contoso.example?$select=id").json() == {"id": BOB}
    assert code(alice.get(f"/users/{MALLORY}")) == (404, "Request_ResourceNotFound")


def test_a_search_needs_its_header(alice: Reader) -> None:
    assert code(alice.get("/users", {"$search": '"displayName:bob"'})) == (400, "Request_UnsupportedQuery")


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("alic", ["Alice Admin", "Alicia Adams"]),
        ("admin al", ["Alice Admin"]),
        ("lice", []),
        ("Li 李", ["李四(David Li)"]),
        ("obrien", ["Zoë O'Brien"]),
        ("O'Br", ["Zoë O'Brien"]),
        ("kenzie", ["MacKenzie McDonald"]),
        ("hello 123 wor", ["helloWorld123 Camel"]),
        ("Jo\u0308rg", ["Jo\u0308rg Ko\u0308nig"]),
        ("jörg", ["Jo\u0308rg Ko\u0308nig"]),
        ("محمد", ["محمد الفاتح"]),
        ('\\"quoted\\"', ['"Quoted" Quentin']),
        ("back\\\\slash", ["Back\\slash Benny"]),
        ("smith & sons", ["Smith & Sons Reception"]),
    ],
)
def test_names_are_searched_word_by_word(alice: Reader, sought: str, found: list[str]) -> None:
    assert alice.names(f'"displayName:{sought}"') == found


def test_other_properties_are_searched_by_how_they_begin(alice: Reader) -> None:
    assert alice.names('"mail:B.BEE@"') == ["Bob Bee"]
    assert alice.names('"mail:bee@"') == []
    assert alice.names('"displayName:alice" OR "mail:b.bee" OR "userPrincipalName:nora"') == [
        "Alice Admin",
        "Bob Bee",
        "Nora Nomail",
    ]
    assert alice.names('"userPrincipalName:bob@" AND ("displayName:bee" OR "displayName:alice")') == ["Bob Bee"]


@pytest.mark.parametrize(
    "wrong", ["bob", '"bob"', '"displayName:', '"displayName:"', '"mail:a" "mail:b"', '"mail:a" OR', "("]
)
def test_a_search_that_is_none_is_refused(alice: Reader, wrong: str) -> None:
    assert code(alice.get("/users", {"$search": wrong}, **EVENTUAL)) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("startswith(displayName,'zoë o''')", ["Zoë O'Brien"]),
        ("userPrincipalName eq 'BOB@contoso.example' or mail eq 'alice@contoso.example'", ["Alice Admin", "Bob Bee"]),
        ("displayName eq 'Bob Bee' and not", None),
        ("(displayName eq 'Bob Bee') and startswith(mail, 'b.')", ["Bob Bee"]),
        ("mail eq null", ["Nora Nomail"]),
        ("contains(mail,'bob')", None),
        ("mail eq 'bob", None),
        ("", None),
    ],
)
def test_users_are_filtered(alice: Reader, condition: str, found: list[str] | None) -> None:
    if found is None:
        assert code(alice.get("/users", {"$filter": condition})) == (400, "BadRequest")
    else:
        assert alice.filtered(condition) == found


def test_pages_lead_on_until_everybody_was_told_once(alice: Reader, app: App) -> None:
    ids, url = [], "/users?$select=id&$top=50"
    for _ in range(3):
        page = alice.get(url).json()
        ids += [user["id"] for user in page["value"]]
        url = page.get("@odata.nextLink", "").partition("/v1.0")[2]

    assert url == ""
    assert sorted(ids) == sorted(user.id for user in app.entra.state.directory.of(CONTOSO))


@pytest.mark.parametrize("option", ["$top=0", "$top=1000", "$top=x", "$skip=1", "$skiptoken=x"])
def test_pages_are_not_cut_otherwise(alice: Reader, option: str) -> None:
    assert code(alice.get(f"/users?{option}")) == (400, "BadRequest")


def test_sorting_what_was_filtered_needs_more(alice: Reader) -> None:
    asked = {"$filter": "startswith(displayName,'Ali')", "$orderby": "displayName desc", "$select": "displayName"}
    sorted_ = alice.get("/users", {**asked, "$count": "true"}, **EVENTUAL).json()

    assert code(alice.get("/users", asked)) == (400, "Request_UnsupportedQuery")
    assert [user["displayName"] for user in sorted_["value"]] == ["Alistair Alba", "Alicia Adams", "Alice Admin"]
    assert sorted_["@odata.count"] == 3


def test_a_batch_answers_each_by_itself(alice: Reader, graph: Graph) -> None:
    graph.faults.add("429", match=f"GET /v1.0/users/{ALICE}", seconds=9)
    found = alice.batch(
        {"id": "a", "method": "GET", "url": "/me?$select=id"},
        {"id": "b", "method": "GET", "url": "/users/nobody"},
        {"id": "c", "method": "GET", "url": f"/users/{ALICE}"},
        {"id": "d", "method": "GET", "url": "/users?$search=%22mail:b.bee%22&$select=id", "headers": EVENTUAL},
        {"id": "e", "method": "DELETE", "url": "/me"},
    ).json()["responses"]
    by_id = {part["id"]: part for part in found}

    assert {id_: part["status"] for id_, part in by_id.items()} == {"a": 200, "b": 404, "c": 429, "d": 200, "e": 400}
    assert by_id["a"]["body"] == {"id": ALICE}
    assert by_id["c"]["headers"]["Retry-After"] == "9"
    assert by_id["d"]["body"]["value"] == [{"id": BOB}]


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"id": "1", "method": "GET"}],
        [{"id": 1, "method": "GET", "url": "/me"}],
        [{"id": "1", "method": "GET", "url": "/me"}] * 2,
        [{"id": str(number), "method": "GET", "url": "/me"} for number in range(21)],
    ],
)
def test_a_batch_is_of_one_to_twenty_that_differ(alice: Reader, parts: list[dict[str, Any]]) -> None:
    assert code(alice.batch(*parts)) == (400, "BadRequest")


def test_a_token_must_be_good(app: App, graph: Graph) -> None:
    made = app.sign_in("bob")
    bob = Reader(graph, made["access_token"])
    strangers = [Reader(graph, token).get("/me") for token in ("nonsense", made["id_token"])]
    app.entra.clock.advance(hours=2)

    for refused in (*strangers, bob.get("/me"), requests.get(f"{graph.url}/me", timeout=SECONDS)):
        assert code(refused) == (401, "InvalidAuthenticationToken")
        assert refused.headers["WWW-Authenticate"].startswith("Bearer ")


def test_whoever_left_reads_nothing_any_more(app: App, graph: Graph) -> None:
    bob = reader(app, graph, "bob")
    app.entra.play.delete("bob@contoso.example")

    assert bob.get("/me").status_code == 401


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("503", 503)])
def test_it_asks_to_come_later_on_order(alice: Reader, graph: Graph, kind: Any, status: int) -> None:  # noqa: ANN401
    graph.faults.add(kind, seconds=4, times=1)
    refused = alice.get("/me")

    assert (refused.status_code, refused.headers["Retry-After"]) == (status, "4")
    assert alice.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("kind", "answered"), [("500", (500, "UnknownError")), ("expired", (401, "InvalidAuthenticationToken"))]
)
def test_it_fails_as_graph_does(alice: Reader, graph: Graph, kind: Any, answered: tuple[int, str]) -> None:  # noqa: ANN401
    graph.faults.add(kind, where="answers")

    assert code(alice.get("/me")) == answered


def test_what_it_does_not_know_is_told(alice: Reader) -> None:
    assert code(alice.get("/me/messages")) == (400, "BadRequest")
