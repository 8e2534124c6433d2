"""Nothing stuck unnoticed: what could not be handled is counted, shown with its age, told again and forgotten."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from shared.domain.errors import NotFound, Unavailable
from shared.operations.find_stuck import find_stuck
from shared.operations.finding import Finding
from shared.operations.reconcile import reconcile
from shared.operations.replay import replay_all_since, replay_event
from shared.ports import Outside
from shared.storage import keys
from support import __main__ as support
from tests.functions.serving import WEBHOOK, send, serving
from tests.paddle import Payload, Subscription, deliver
from tests.runtime.asking import ask
from tests.world import NOON, World

UNWATCHED = (
    "CREDENTIAL_UNWATCHED\tsign-in ENTRA_CLIENT_SECRET\t"
    "Entra tells when a secret expires only to who may read applications, which this server may not"
)

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def base(world: World) -> Iterator[str]:
    with serving(lambda: world.services) as url:
        yield url


def counted(world: World) -> list[tuple[str, str, int]]:
    rows = world.rows()["state"]
    return [(row["RowKey"], row["code"], row["tries"]) for row in rows if row["PartitionKey"].startswith("unhandled.")]


def red(outside: Outside) -> list[Finding]:
    return [found for found in find_stuck(outside) if found.is_red]


def codes(outside: Outside) -> set[str]:
    return {found.code for found in red(outside)}


def lose(base: str, world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Subscription, Payload]:
    """An event that came once and could not be handled."""
    sold = Subscription(world.checkout())
    event = sold.tell("created")
    with monkeypatch.context() as context:
        context.setattr("shared.operations.receive_message.record_event", lambda *_: 1 / 0)
        assert send(base, event).status == 500
    return sold, event


def test_what_cannot_be_handled_is_to_come_again_and_is_counted(
    base: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.operations.receive_message.record_event", lambda *_: 1 / 0)
    event = Subscription().tell("created")

    assert [send(base, event).status for _ in range(3)] == [500, 500, 500]

    assert counted(world) == [(event["event_id"], "ZeroDivisionError", 3)]


def test_an_event_that_nobody_can_read_is_counted_by_its_id(base: str, world: World) -> None:
    event = Subscription().tell("created")
    del event["data"]["items"]

    assert [send(base, event).status for _ in range(2)] == [400, 400]

    assert counted(world) == [(event["event_id"], "EVENT_MALFORMED", 2)]


def test_a_forged_event_is_not_counted(base: str, world: World) -> None:
    body = json.dumps(Subscription().tell("created")).encode()

    assert ask(base, "POST", WEBHOOK, [("Paddle-Signature", "ts=1;h1=0")], body).status == 401
    assert counted(world) == []


def test_it_goes_red_after_an_hour_and_says_which_and_since_when(
    base: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconcile(world.services, lambda _: None)
    _, event = lose(base, world, monkeypatch)
    world.clock.advance(minutes=59)
    assert red(world.services) == []

    world.clock.advance(minutes=1)
    [stuck] = red(world.services)

    assert (stuck.code, stuck.about, stuck.since) == ("EVENT_ZeroDivisionError", f"paddle {event['event_id']}", NOON)


def test_it_is_forgotten_once_it_came_again(base: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reconcile(world.services, lambda _: None)
    _, event = lose(base, world, monkeypatch)
    assert send(base, event).status == 200
    world.clock.advance(hours=1)

    assert red(world.services) == []
    assert counted(world) == []


def test_a_malformed_event_is_forgotten_once_it_came_again_and_could_be_read(base: str, world: World) -> None:
    event = Subscription(world.checkout()).tell("created")
    items = event["data"].pop("items")
    assert send(base, event).status == 400

    event["data"]["items"] = items
    assert send(base, event).status == 200
    # What Paddle sent is listed, and that says it for all at once.
    reconcile(world.services, lambda _: None)

    assert counted(world) == []


def test_a_malformed_event_is_forgotten_once_reconciliation_could_read_it(base: str, world: World) -> None:
    event = Subscription(world.checkout()).tell("created")
    assert send(base, {**event, "data": {**event["data"], "items": None}}).status == 400
    assert len(counted(world)) == 1

    reconcile(world.services, lambda _: None)

    assert counted(world) == []


def test_what_came_without_an_id_is_red_until_the_marketplace_has_given_up_and_is_not_told_again(
    base: str, world: World, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    event = {**Subscription().tell("created"), "event_id": None}
    assert send(base, event).status == 400
    world.clock.advance(days=2.9)
    reconcile(world.services, lambda _: None)

    [stuck] = red(world.services)
    assert stuck.about == "paddle without-id, which cannot be replayed"
    assert command(world, monkeypatch, "replay", "paddle", "without-id") == 1
    assert capsys.readouterr().err == (
        "What came without an id cannot be asked for again; the marketplace may list it as a failed delivery.\n"
    )

    world.clock.advance(days=0.2)
    reconcile(world.services, lambda _: None)
    assert red(world.services) == []


def test_reconciliation_brings_what_was_lost_and_forgets_it(
    base: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold, event = lose(base, world, monkeypatch)
    other = sold.tell()
    assert send(base, other).status == 200

    assert reconcile(world.services, lambda _: None).failed == 0

    assert world.tables.read(keys.receipt(sold.partition, event["event_id"])) is not None
    assert counted(world) == []


def test_what_its_marketplace_gave_up_on_is_forgotten_after_30_days(base: str, world: World) -> None:
    event = Subscription().tell("created")
    del event["data"]["items"]
    send(base, event)
    world.paddle.forget()
    world.clock.advance(days=29)
    reconcile(world.services, lambda _: None)
    assert len(counted(world)) == 1

    world.clock.advance(days=1)
    reconcile(world.services, lambda _: None)

    assert counted(world) == []


def test_a_reconciliation_that_never_ran_or_is_stale_is_red(world: World) -> None:
    assert [(found.code, found.about, found.since) for found in red(world.services)] == [
        ("RECONCILIATION_STALE", "paddle events", None),
        ("RECONCILIATION_STALE", "paddle list", None),
    ]
    reconcile(world.services, lambda _: None)
    assert red(world.services) == []

    world.clock.advance(hours=4)
    assert [found.about for found in red(world.services)] == ["paddle events"]
    world.clock.advance(hours=46)
    assert [found.about for found in red(world.services)] == ["paddle events", "paddle list"]
    reconcile(world.services, lambda _: None)
    assert red(world.services) == []


def test_a_deletion_that_is_overdue_is_red(world: World) -> None:
    reconcile(world.services, lambda _: None)
    sold = Subscription(world.checkout())
    deliver(world, *sold.bought())
    world.clock.advance(hours=4)
    reconcile(world.services, lambda _: None)
    assert codes(world.services) == set()

    world.clock.advance(hours=2)
    reconcile(world.services, lambda _: None)
    assert codes(world.services) == {"DELETION_OVERDUE"}
    world.purge()
    assert codes(world.services) == set()


def test_one_event_is_told_again_by_its_id(base: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sold, event = lose(base, world, monkeypatch)
    sold.paid()

    replay_event(world.services, "paddle", event["event_id"])

    stored = world.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    assert stored.record.paid_through == sold.period_end
    assert counted(world) == []


def test_an_event_that_was_never_received_is_found_at_the_marketplace(world: World) -> None:
    sold = Subscription(world.checkout())
    event = sold.tell("created")

    replay_event(world.services, "paddle", event["event_id"])

    assert world.tables.read(keys.subscription(sold.partition)) is not None


def test_what_nobody_knows_cannot_be_told_again(world: World) -> None:
    with pytest.raises(NotFound):
        replay_event(world.services, "paddle", "evt_unknown")
    with pytest.raises(NotFound):
        replay_event(world.services, "microsoft", "evt_unknown")


def test_everything_since_a_time_is_told_again(world: World) -> None:
    sold = Subscription(world.checkout())
    deliver(world, *sold.bought()[:1])
    since = sold.now
    sold.resized(5)

    done = replay_all_since(world.services, "paddle", since, lambda _: None)

    assert (done.seen, done.failed) == (2, 0)
    stored = world.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    assert stored.record.quantity == 5


def command(world: World, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(support, "connect", lambda _, **__: world.services)
    return support.main([*words])


def test_status_says_what_is_stuck_and_ends_so(world: World, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    assert command(world, monkeypatch, "status") == 1
    assert capsys.readouterr().out.splitlines() == [
        "RECONCILIATION_STALE\tpaddle events\tsince ever",
        "RECONCILIATION_STALE\tpaddle list\tsince ever",
        UNWATCHED,
    ]
    reconcile(world.services, lambda _: None)

    assert command(world, monkeypatch, "status") == 0
    assert capsys.readouterr().out.splitlines() == [UNWATCHED, "Nothing is stuck."]


def test_replay_says_whether_it_was_taken_in(world: World, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    event = Subscription(world.checkout()).tell("created")["event_id"]

    assert command(world, monkeypatch, "replay", "paddle", event) == 0
    assert capsys.readouterr().out == f"{event} was asked for again and taken in.\n"
    assert command(world, monkeypatch, "replay", "paddle", "evt_none") == 2
    assert capsys.readouterr().err == "evt_none could not be replayed: NOT_FOUND.\n"


def test_replay_since_says_how_much(world: World, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    Subscription(world.checkout()).bought()

    assert command(world, monkeypatch, "replay-since", "paddle", "2026-03-01T00:00:00Z") == 0
    assert capsys.readouterr().out == "3 seen, 3 taken in, 0 failed.\n"
    assert command(world, monkeypatch, "replay-since", "paddle", "yesterday") == 2
    assert capsys.readouterr().err == "The time must look like 2026-01-31T12:00:00Z.\n"


def test_a_marketplace_that_refuses_the_key_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    world.paddle.fail("/", times=99, status=403)

    assert command(world, monkeypatch, "replay-since", "paddle", "2026-03-01T00:00:00Z") == 2
    assert command(world, monkeypatch, "check-config") == 2
    assert capsys.readouterr().err == (
        "Nothing could be replayed: UNAVAILABLE.\npaddle: its configuration could not be read: UNAVAILABLE.\n"
    )


@pytest.mark.parametrize("event", ["a/b", "../x", "", "x" * 2000, "\ud800"])
def test_what_is_no_id_is_refused_in_one_line(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: Printed, event: str
) -> None:
    assert command(world, monkeypatch, "replay", "paddle", event) == 1
    assert capsys.readouterr().err == "That is no id of an event; status prints them.\n"
    assert world.paddle.calls == []


@pytest.mark.parametrize("words", [("replay", "paddle", "evt_1"), ("replay-since", "paddle", "1026-03-01T00:00:00Z")])
def test_what_the_marketplace_refuses_is_said_in_one_line(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: Printed, words: tuple[str, ...]
) -> None:
    world.paddle.fail("/events", times=9, status=400, body=b'{"error":{"code":"bad_request"}}')

    assert command(world, monkeypatch, *words) == 1
    assert capsys.readouterr().err == "The marketplace refused: 400 bad_request.\n"


def test_check_config_goes_on_where_one_marketplace_does_not_answer_and_names_it(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    paddle = world.services.marketplaces["paddle"]
    world.services = replace(world.services, marketplaces={"silent": _Silent(), "paddle": paddle})  # type: ignore[dict-item]

    assert command(world, monkeypatch, "check-config") == 2
    printed = capsys.readouterr()
    assert printed.out.count("paddle: price ") == 2
    assert printed.err == "silent: its configuration could not be read: UNAVAILABLE.\n"


class _Silent:
    def problems(self, _: str) -> Iterator[str]:
        raise Unavailable


def test_every_marketplace_there_is_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support, "MARKETPLACES", ("toy",))

    assert support.parser().parse_args(["replay", "toy", "1"]).marketplace == "toy"


def test_check_config_says_what_is_wrong(world: World, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    url = "https://licensing.vendor.example/api/webhooks/paddle"

    assert command(world, monkeypatch, "check-config") == 1
    assert capsys.readouterr().out.splitlines() == [
        f"paddle: 0 notification destinations send to {url}; it must be one",
        "paddle: price pri_business does not exist at Paddle",
        "paddle: price pri_team does not exist at Paddle",
    ]


def test_settings_that_are_wrong_are_named(capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "moon")

    assert support.main(["status"]) == 2
    assert "ENVIRONMENT " in capsys.readouterr().err
