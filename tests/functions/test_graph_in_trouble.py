"""Every route that asks Microsoft Graph, while Graph refuses, is busy, is slow, or is not there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from functions.caller import SESSION
from shared.operations.assign_seat import assign_seat
from tests.functions.reading import read
from tests.histories.memory import MemoryWorld
from tests.paddle import Subscription, deliver
from tests.runtime.asking import Answer
from tests.signing_in import Browser, Directories, Office, Opener, as_assignee

CAROL = "carol@contoso.example"


@dataclass
class Desk:
    """Alice at her pages, who has consented; Bob has one of her seats."""

    opened: Office
    browser: Browser
    subscription: str

    def sign_in(self) -> None:
        for permission in ({}, {"permission": "directory"}):
            self.browser.sign_in(self.opened.find("Alice"), "/seats", **permission)

    @property
    def csrf(self) -> str:
        sealed = self.browser.cookies[f"__Secure-{SESSION}"]
        session = self.opened.world.services.sealer.open(SESSION, sealed, timedelta(hours=1))
        assert session
        return str(session["c"])

    def script(self, route: str, **content: object) -> Answer:
        sent = {"subscription": self.subscription, **content}
        return self.browser.script(f"/api/seats{route}", self.csrf, sent)

    def form(self, do: str, path: str = "/seats", **fields: str) -> Answer:
        return self.browser.post(path, csrf=self.csrf, subscription=self.subscription, do=do, **fields)

    def rows(self) -> list[dict[str, Any]]:
        """All that is stored but her tokens, which are renewed by being used."""
        stored = self.opened.world.rows().values()
        return [row for table in stored for row in table if row["RowKey"] != "token"]

    def seats(self) -> list[str]:
        rows = self.opened.world.rows()["subscriptions"]
        return [f"{row['PartitionKey']}.{row['RowKey'][5:]}" for row in rows if row["RowKey"].startswith("seat.")]


@pytest.fixture
def desk(microsoft_365: Directories, opener: Opener) -> Desk:
    opened = opener(MemoryWorld(**microsoft_365.settings()))
    bought = Subscription(opened.world.checkout(as_assignee(opened.find("Alice"))))
    deliver(opened.world, *bought.bought())
    assign_seat(opened.world.services, bought.partition, as_assignee(opened.find("Bob")))
    found = Desk(opened, opened.browser(), bought.partition)
    found.sign_in()
    return found


ROUTES: Mapping[str, Callable[[Desk], Answer]] = {
    "search": lambda desk: desk.script("/search", text="carol"),
    "check": lambda desk: desk.script("/check", addresses=[CAROL], taken=0),
    "give": lambda desk: desk.script("/give", addresses=[CAROL]),
    "assign": lambda desk: desk.script("", person=desk.opened.find("Carol").id),
    "refresh": lambda desk: desk.script("/refresh", seats=desk.seats()),
    "form by address": lambda desk: desk.form("give", address=CAROL),
    "form by person": lambda desk: desk.form("give", person=desk.opened.find("Carol").id),
    "form to check": lambda desk: desk.form("check list", list=CAROL),
    "form to give": lambda desk: desk.form("seat list", list=CAROL),
    "correct": lambda desk: desk.form("correct", path="/account"),
}


def told_and_harmless(answer: Answer) -> bool:
    """A page or a problem of ours, in which nothing of Graph's stands."""
    is_page = answer.header("content-type") == ["text/html; charset=utf-8"]
    said = read(answer).text("main") if is_page else answer.json["code"]
    return bool(said) and "graph" not in answer.body.decode().lower()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "429", "seconds": 17},
        {"kind": "503", "seconds": 17},
        {"kind": "500"},
        {"kind": "reset"},
        {"kind": "malformed"},
        {"kind": "slow", "seconds": 0.6},
    ],
    ids=str,
)
def test_graph_that_does_not_answer_is_told_on_every_route_and_changes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    before = desk.rows()
    monkeypatch.setattr("shared.web._TIMEOUTS", (3, 0.2))
    desk.opened.graph.faults.add(where="answers", match="$batch", **fault)

    answers = {name: ask(desk) for name, ask in ROUTES.items()}

    assert {name: answer.status for name, answer in answers.items()} == dict.fromkeys(ROUTES, 503)
    waits = ["17"] if fault["kind"] in {"429", "503"} else ["5"]
    assert [name for name, answer in answers.items() if answer.header("retry-after") != waits] == []
    assert all(told_and_harmless(answer) for answer in answers.values())
    assert desk.rows() == before


@pytest.mark.parametrize("route", ROUTES)
def test_a_token_that_graph_refuses_asks_for_one_new_sign_in_and_then_it_works(desk: Desk, route: str) -> None:
    desk.opened.graph.faults.add("expired", where="answers", match="$batch", times=1)

    refused = ROUTES[route](desk)
    assert (refused.status, told_and_harmless(refused)) == (401, True)
    assert "token" not in [row["RowKey"] for row in desk.opened.world.rows()["accounts"]]

    desk.sign_in()
    assert ROUTES[route](desk).status == 200


@pytest.mark.parametrize("route", [route for route in ROUTES if route != "correct"])
def test_a_permission_that_was_taken_back_is_asked_for_and_nothing_changes(desk: Desk, route: str) -> None:
    seats = desk.seats()
    desk.opened.advance(hours=1, minutes=1)
    desk.browser.sign_in(desk.opened.find("Alice"), "/seats")
    desk.opened.entra.play.withdraw_consent("Alice")

    refused = ROUTES[route](desk)

    assert (refused.status, told_and_harmless(refused)) == (403, True)
    assert desk.seats() == seats
