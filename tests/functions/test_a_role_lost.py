"""An administrator whose role was taken away: believed until their sign-in is an hour old, and not after (P09)."""

from datetime import timedelta

from functions.caller import SESSION
from tests.functions.reading import read
from tests.histories.memory import MemoryWorld
from tests.paddle import Subscription, deliver
from tests.runtime.asking import Answer
from tests.signing_in import Browser, Directories, Office, Opener, as_assignee


def give(opened: Office, erin: Browser, subscription: str, address: str) -> Answer:
    sealed = erin.cookies[f"__Secure-{SESSION}"]
    session = opened.world.services.sealer.open(SESSION, sealed, timedelta(hours=2))
    assert session
    return erin.post("/seats", csrf=str(session["c"]), subscription=subscription, do="give", address=address)


def test_who_lost_the_role_is_believed_for_an_hour_and_then_sees_nothing_of_it(
    microsoft_365: Directories, opener: Opener
) -> None:
    opened = opener(MemoryWorld(**microsoft_365.settings()))
    bought = Subscription(opened.world.checkout(as_assignee(opened.find("Alice"))))
    deliver(opened.world, *bought.bought())
    erin = opened.browser()
    for permission in ({}, {"permission": "directory"}):
        erin.sign_in(opened.find("Erin"), "/seats", **permission)
    opened.entra.play.remove_role("Erin")

    opened.advance(minutes=59)
    assert give(opened, erin, bought.partition, "bob@contoso.example").status == 200
    opened.advance(minutes=2)
    assert give(opened, erin, bought.partition, "carol@contoso.example").status == 401
    erin.sign_in(opened.find("Erin"), "/seats")

    assert give(opened, erin, bought.partition, "carol@contoso.example").status == 404
    assert "There is no subscription here" in read(erin.get("/seats")).text("main")
    assert [opened.world.code(as_assignee(opened.find(name))) for name in ("Bob", "Carol")] == [
        "LICENSED",
        "NO_LICENSE",
    ]
