"""The directory by Microsoft Graph: whom it tells of, what is read of them, and how it refuses."""

import logging
from typing import Any, Literal

import pytest

from dev.entra.people import CONTOSO
from dev.entra.visitor import Visitor
from dev.graph.batch import unpacked
from dev.wire import Request
from shared.domain.errors import BodyNotAsDocumented, ConsentNeeded, SignedOut, Unavailable
from shared.domain.people import Person
from shared.ports import Directory, Wish
from shared.services import Services, connect
from tests.signing_in import CALLBACK, Directories
from tests.world import StandingClock, environment

BATCH = "POST /v1.0/$batch"


class Reader:
    """Somebody who reads the directory, with a token of their own."""

    def __init__(self, found: Directories, who: str, permission: Literal["self", "directory"] = "directory") -> None:
        self.services: Services = connect(environment(None, **found.settings()), StandingClock(found.clock()))
        user = found.find(who)
        self.person, self.tenant = Person(user.tenant, user.id), user.tenant
        if permission == "directory":
            found.entra.play.approve(user.tenant)
        attempt = self.services.sign_in.begin(Wish(permission), CALLBACK)
        with Visitor() as visitor:
            back = visitor.sign_in(attempt.url, user)
        answer = dict(pair.split("=", 1) for pair in back.partition("?")[2].split("&"))
        self.token = self.services.sign_in.finish(attempt.state, answer).token
        found.graph.asked.clear()

    @property
    def directory(self) -> Directory:
        return self.services.directory

    def search(self, text: str) -> list[str]:
        return [found.name for found in self.directory.search(self.token, self.tenant, text)]


@pytest.fixture
def alice(microsoft_365: Directories) -> Reader:
    return Reader(microsoft_365, "Alice")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What Graph is asked, part by part."""
    parts: list[dict[str, Any]] = []

    def noted(request: Request, *more: Any) -> object:  # noqa: ANN401 - as the stand-in hands it on
        parts.extend(request.fields()["requests"])
        return unpacked(request, *more)

    monkeypatch.setattr("dev.graph.stand_in.unpacked", noted)
    return parts


def person(found: Directories, who: str) -> Person:
    user = found.find(who)
    return Person(user.tenant, user.id)


# Oneself.


def test_oneself_as_the_directory_has_them(microsoft_365: Directories) -> None:
    bob = Reader(microsoft_365, "Bob", "self")

    found = bob.directory.me(bob.token, bob.person)

    assert (found.person, found.name, found.user_name) == (bob.person, "Bob Bee", "bob@contoso.example")
    assert found.addresses == ("bob@contoso.example", "b.bee@contoso.example")
    assert microsoft_365.graph.asked[0] == BATCH
    assert "Bob" not in repr(found)


def test_an_address_that_the_tenant_has_not_verified_is_not_theirs(microsoft_365: Directories) -> None:
    sten = Reader(microsoft_365, "Sten", "self")

    found = sten.directory.me(sten.token, sten.person)

    assert found.addresses == ("sten@contoso.example",)


def test_a_mailbox_is_not_needed(microsoft_365: Directories) -> None:
    nora = Reader(microsoft_365, "Nora", "self")

    assert nora.directory.me(nora.token, nora.person).addresses == ("nora@contoso.example",)


def test_addresses_are_written_the_one_way_and_once(microsoft_365: Directories) -> None:
    microsoft_365.entra.play.change("Bob", mail="BOB@Contoso.Example")
    bob = Reader(microsoft_365, "Bob", "self")

    assert bob.directory.me(bob.token, bob.person).addresses == ("bob@contoso.example",)


def test_the_user_name_of_a_personal_account_is_its_address(microsoft_365: Directories) -> None:
    pat = Reader(microsoft_365, "Pat", "self")

    found = pat.directory.me(pat.token, pat.person)

    assert (found.person, found.addresses) == (pat.person, ("pat@outlook.example",))


def test_a_token_of_somebody_else_is_no_token(microsoft_365: Directories) -> None:
    bob = Reader(microsoft_365, "Bob", "self")

    with pytest.raises(SignedOut):
        bob.directory.me(bob.token, person(microsoft_365, "Alice"))


# Searching.


def test_a_search_is_answered_by_words_of_names_and_beginnings_of_addresses(alice: Reader) -> None:
    assert "Bob Bee" in alice.search("bee")
    assert "Bob Bee" in alice.search("b.be")
    assert alice.search("contoso") == []


def test_at_most_ten_are_told(microsoft_365: Directories, alice: Reader) -> None:
    for user in microsoft_365.entra.state.directory.of(CONTOSO):
        user.name = f"Anonymous {user.name}"

    assert len(alice.search("anonymous")) == 10


@pytest.mark.parametrize("text", ["", "a", " a ", "\t", " " * 9])
def test_a_letter_is_no_search(microsoft_365: Directories, alice: Reader, text: str) -> None:
    with pytest.raises(BodyNotAsDocumented):
        alice.search(text)
    assert microsoft_365.graph.asked == []


def test_only_four_fields_and_ten_people_are_asked_for(alice: Reader, asked: list[dict[str, Any]]) -> None:
    alice.search("bee")

    assert [part["url"].partition("?")[0] for part in asked] == ["/organization", "/users"]
    assert asked[0]["url"].endswith("?$select=verifiedDomains")
    assert asked[1]["url"].endswith("&$select=id,displayName,mail,userPrincipalName&$top=10")
    assert asked[1]["headers"] == {"ConsistencyLevel": "eventual"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"Quoted" Quentin', '"Quoted" Quentin'),
        ("Back\\slash", "Back\\slash Benny"),
        ("Smith & Sons", "Smith & Sons Reception"),
        ("#1 Hashtag", "#1 Hashtag"),
        ("Zoë O'Brien", "Zoë O'Brien"),
        ("zoe.o'brien@", "Zoë O'Brien"),
        ("smith+sons&co", "Smith & Sons Reception"),
        ("Percent %41", "Percent %41 Percy"),
        ("山田", "山田 太郎"),
        ("محمد", "محمد الفاتح"),
        ("<script>", "<script>alert(1)</script>"),
    ],
)
def test_any_text_is_searched_as_it_is(alice: Reader, text: str, found: str) -> None:
    assert found in alice.search(text)


@pytest.mark.parametrize(
    "text",
    [
        '" OR "displayName:a',
        "'; --",
        "a') or startswith(displayName,'a",
        "x&$top=999",
        "a&$select=*",
        "\ud800\ud800",
        "(((",
    ],
)
def test_no_text_widens_a_search(alice: Reader, asked: list[dict[str, Any]], text: str) -> None:
    assert "Alice Admin" not in alice.search(text)
    assert all(part["url"].count("$") in {1, 3} for part in asked)


def test_where_a_directory_cannot_be_searched_beginnings_are(
    microsoft_365: Directories, alice: Reader, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.identity.graph_batch._get", lambda url: {"method": "GET", "url": url})

    assert alice.search("Zoë O'B") == ["Zoë O'Brien"]
    assert microsoft_365.graph.asked.count(BATCH) == 2
    assert asked[-1]["url"].startswith("/users?$filter=")


def test_guests_and_personal_accounts_search_nobody(microsoft_365: Directories) -> None:
    pat = Reader(microsoft_365, "Pat", "self")

    with pytest.raises(ConsentNeeded):
        pat.search("bob")


def test_without_consent_nobody_is_found(microsoft_365: Directories) -> None:
    bob = Reader(microsoft_365, "Bob", "self")

    for ask in (
        lambda: bob.search("alice"),
        lambda: bob.directory.look_up(bob.token, [person(microsoft_365, "Alice")]),
        lambda: bob.directory.find_addresses(bob.token, CONTOSO, ["alice@contoso.example"]),
    ):
        with pytest.raises(ConsentNeeded):
            ask()


# Looking up.


def test_people_are_looked_up_by_twenties_without_those_that_are_gone(
    microsoft_365: Directories, alice: Reader, asked: list[dict[str, Any]]
) -> None:
    everybody = [Person(CONTOSO, user.id) for user in microsoft_365.entra.state.directory.of(CONTOSO)]
    microsoft_365.entra.play.delete("Carol")
    gone = Person(CONTOSO, "00000003-0000-4000-8000-000000000000")

    found = alice.directory.look_up(alice.token, everybody)

    assert found.keys() == {*everybody} - {gone}
    assert len(asked) == len(everybody) + 1
    assert microsoft_365.graph.asked.count(BATCH) == -(-len(asked) // 20)
    assert found[person(microsoft_365, "Sten")].addresses == ("sten@contoso.example",)


@pytest.mark.parametrize("number", [0, 1, 18, 19, 20, 39, 40])
def test_every_number_of_people_is_looked_up(microsoft_365: Directories, alice: Reader, number: int) -> None:
    some = [Person(CONTOSO, user.id) for user in microsoft_365.entra.state.directory.of(CONTOSO)][:number]

    assert [*alice.directory.look_up(alice.token, some)] == some


def test_ids_that_are_none_are_nobodys(alice: Reader) -> None:
    odd = [Person(CONTOSO, text) for text in ("../me", "alice@contoso.example", "x?$select=id", "00000000", "é")]

    assert alice.directory.look_up(alice.token, odd) == {}


def test_addresses_lead_to_who_has_them(alice: Reader, microsoft_365: Directories) -> None:
    wanted = ["bob@contoso.example", "b.bee@contoso.example", "zoe.o'brien@contoso.example", "nobody@contoso.example"]

    found = alice.directory.find_addresses(alice.token, CONTOSO, wanted)

    assert found.keys() == {*wanted[:3]}
    assert {found[address].person for address in wanted[:2]} == {person(microsoft_365, "Bob")}


def test_a_strangers_address_in_somebodys_profile_leads_to_nobody(alice: Reader) -> None:
    assert alice.directory.find_addresses(alice.token, CONTOSO, ["director@fabrikam.example"]) == {}


def test_a_guest_is_told_of_with_no_address_to_be_found_by(alice: Reader) -> None:
    found = alice.directory.find_addresses(alice.token, CONTOSO, ["greta@fabrikam.example"])

    assert [profile.addresses for profile in found.values()] == [()]


# How it fails.


@pytest.mark.parametrize("match", ["$batch", "/users"])
@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        ({"kind": "500"}, Unavailable),
        ({"kind": "429", "seconds": 17}, Unavailable),
        ({"kind": "503", "seconds": 17}, Unavailable),
        ({"kind": "expired"}, SignedOut),
    ],
    ids=str,
)
def test_faults_of_the_whole_and_of_a_part_are_told_alike(
    microsoft_365: Directories, alice: Reader, match: str, fault: dict[str, Any], refusal: type[Exception]
) -> None:
    microsoft_365.graph.faults.add(where="answers", match=match, **fault)

    with pytest.raises(refusal) as refused:
        alice.search("bob")
    if "seconds" in fault:
        assert refused.value.retry_after == 17  # type: ignore[attr-defined]
    assert microsoft_365.graph.asked.count(BATCH) == 1


@pytest.mark.parametrize("kind", ["reset", "malformed"])
def test_an_answer_that_is_none_is_no_answer(microsoft_365: Directories, alice: Reader, kind: str) -> None:
    microsoft_365.graph.faults.add(kind, where="answers", match="$batch")  # type: ignore[arg-type]

    with pytest.raises(Unavailable):
        alice.search("bob")


NOBODY = {"id": "0", "status": 200, "body": {"value": []}}
ODD: list[object] = [
    None,
    [],
    {},
    "text",
    {"responses": {}},
    {"responses": []},
    {"responses": [NOBODY]},
    {"responses": [NOBODY, {"id": "1"}]},
    {"responses": [NOBODY, {"id": "1", "status": "soon"}]},
    {"responses": [NOBODY, {"id": "1", "status": 200}]},
    {"responses": [NOBODY, {"id": "1", "status": 200, "body": "eyJ"}]},
    {"responses": [NOBODY, {"id": "1", "status": 200, "body": {"value": [{"id": 7}]}}]},
]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_answers_of_another_form_are_no_answers(alice: Reader, monkeypatch: pytest.MonkeyPatch, odd: object) -> None:
    monkeypatch.setattr("dev.graph.stand_in.unpacked", lambda *_: odd)

    with pytest.raises(Unavailable):
        alice.search("bob")


def test_a_token_that_is_none_signs_out(alice: Reader) -> None:
    for token in ("", "made.up.token", f"{alice.token}x"):
        with pytest.raises(SignedOut):
            alice.directory.search(token, CONTOSO, "bob")


def test_neither_what_was_searched_nor_what_was_found_is_logged(
    alice: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert alice.search("b.bee@contoso") == ["Bob Bee"]

    for said in ("bee", "Bob", alice.token, "eyJ"):
        assert said not in caplog.text
