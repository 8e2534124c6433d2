"""Stories that are played at the running server, and what the add-in is told afterwards."""

import json
import re
import subprocess
from collections.abc import Iterator

import pytest
import requests

from tests.dev.conftest import Dev
from tests.dev.serving import ROOT, Serving, wait_until

WHOLE_STORY = [
    ("fail-renewal", "GRACE"),
    ("recover", "LICENSED"),
    ("schedule-cancel", "LICENSED"),
    ("undo-cancel", "LICENSED"),
    ("refund", "NO_LICENSE"),
    ("renew", "LICENSED"),
    ("change-seats 7", "LICENSED"),
    ("change-seats 6", "LICENSED"),
    ("pause", "NO_LICENSE"),
    ("resume", "LICENSED"),
    ("cancel", "NO_LICENSE"),
]


def code(dev: Dev, who: str) -> str:
    said = dev(f"license {who}")
    assert said.status == 0, said.err
    return said.out.splitlines()[0].rpartition(" ")[2]


def buy(dev: Dev, options: str = "") -> str:
    said = dev(f"purchase {options}")
    assert said.status == 0, said.err
    bought = re.search(r"^sub_\w{26}$", said.out, re.MULTILINE)
    assert bought
    return bought[0]


@pytest.fixture
def subscription(dev: Dev) -> Iterator[str]:
    """One that was bought a month ago, with a seat for Dave, who has no other."""
    bought = buy(dev, "--month-ago")
    assert dev(f"assign dave --subscription {bought}").status == 0
    yield bought
    dev(f"cancel --subscription {bought}")


@pytest.mark.parametrize(
    ("way", "who"),
    [
        # Nobody is asked for more often than the server's budget for one address allows.
        ("", "dave"),
        ("--reversed", "erin"),
        ("--twice --shuffled", "frank"),
        ("--twice --delay 0.01", "erin"),
    ],
)
def test_a_story_ends_the_same_however_its_events_arrive(dev: Dev, way: str, who: str) -> None:
    it = f"--subscription {buy(dev, '--month-ago')}"
    assert dev(f"assign {who} {it}").status == 0
    told = []
    for command, _ in WHOLE_STORY:
        assert dev(f"{command} {it} {way}").status == 0
        told.append((command, code(dev, who)))

    assert told == WHOLE_STORY


@pytest.mark.parametrize("way", ["--twice", "--reversed", "--shuffled --twice"])
def test_a_purchase_belongs_to_the_organisation_however_its_events_arrive(dev: Dev, way: str) -> None:
    bought = buy(dev, f"--seats 2 --plan business {way}")

    seats = dev(f"seats --subscription {bought}").out

    assert seats.startswith("business: 0 of 2 seats in use, active")
    assert dev(f"assign erin --subscription {bought}").status == 0
    assert dev(f"cancel --subscription {bought}").status == 0


def test_events_that_arrive_after_later_ones_change_nothing(dev: Dev, served: Serving, subscription: str) -> None:
    late = served.command("fail-renewal", "--subscription", subscription, "--delay", "1.5")
    with subprocess.Popen(late, cwd=ROOT, stdout=subprocess.PIPE, text=True) as failing:
        assert failing.stdout
        assert failing.stdout.readline() == "  delivered in 1.5 seconds…\n"
        assert dev(f"recover --subscription {subscription}").status == 0
        said = failing.stdout.read()

    assert said.count(" 200\n") == 3
    assert code(dev, "dave") == "LICENSED"


def test_each_event_is_shown_with_its_answer_and_then_what_became_of_it(dev: Dev, subscription: str) -> None:
    lines = dev(f"fail-renewal --subscription {subscription}").out.splitlines()

    assert [line.split() for line in lines[:3]] == [
        ["subscription.updated", "200"],
        ["subscription.updated", "200"],
        ["subscription.past_due", "200"],
    ]
    assert lines[3] == subscription
    assert "5 seats, for the organisation, past due" in lines[4]


def test_a_renewal_that_is_due_comes_before_what_needs_a_period(dev: Dev, subscription: str) -> None:
    told = dev(f"schedule-cancel --subscription {subscription}").out.split()

    assert told[:6:2] == ["subscription.updated", "transaction.completed", "subscription.updated"]
    assert code(dev, "dave") == "LICENSED"


def test_a_failure_ahead_of_its_time_says_that_licenses_change_only_then(dev: Dev, subscription: str) -> None:
    dev(f"renew --subscription {subscription}")

    assert "licenses change only then" in dev(f"fail-renewal --subscription {subscription}").out
    assert code(dev, "dave") == "LICENSED"


def test_fewer_seats_than_are_in_use_end_in_grace_once_they_are_counted(dev: Dev, served: Serving) -> None:
    bought = buy(dev, "--seats 2")
    for who in ("erin", "frank"):
        assert dev(f"assign {who} --subscription {bought}").status == 0

    dev(f"change-seats 1 --subscription {bought}")
    before = served.output.count("purge: looked")
    assert dev("purge").status == 0
    wait_until(lambda: served.output.count("purge: looked") > before)

    assert sorted([code(dev, "erin"), code(dev, "frank")]) == ["GRACE", "LICENSED"]
    assert dev(f"cancel --subscription {bought}").status == 0


def test_what_alice_buys_for_herself_seats_her_at_once(dev: Dev) -> None:
    assert code(dev, "alice") == "NO_LICENSE"
    bought = buy(dev, "--for-me")

    assert code(dev, "alice") == "LICENSED"
    assert dev(f"cancel --subscription {bought}").status == 0
    assert code(dev, "alice") == "NO_LICENSE"


def test_a_purchase_without_a_reference_has_no_seats_to_give(dev: Dev) -> None:
    bought = buy(dev, "--unclaimed")

    said = dev(f"assign erin --subscription {bought}")

    assert (said.status, said.err) == (1, "This purchase has no owner yet. (SUBSCRIPTION_UNCLAIMED)\n")


def test_a_reference_of_nobody_leaves_a_purchase_unclaimed(dev: Dev) -> None:
    bought = buy(dev, f"--reference ref_{'0' * 32}")

    assert "SUBSCRIPTION_UNCLAIMED" in dev(f"assign erin --subscription {bought}").err


def test_refused_deliveries_are_counted(dev: Dev, subscription: str) -> None:
    dev("fault paddle forged --times 2")

    said = dev(f"renew --subscription {subscription}")

    assert said.out.count(" 401\n") == 2
    assert (said.status, said.err) == (1, "2 of 2 deliveries were not taken; Paddle tries them again.\n")


def test_a_webhook_that_was_lost_is_shown_and_no_failure(dev: Dev, subscription: str) -> None:
    dev("fault paddle drop --times 1 --match transaction.completed")

    said = dev(f"renew --subscription {subscription}")

    assert said.status == 0
    assert "  transaction.completed    lost on the way\n" in said.out


def test_faults_are_shown_until_somebody_mends_everything(dev: Dev) -> None:
    ordered = dev("fault marketplace 429 --seconds 5 --times 3 --match /operations").out
    dev("fault entra 500 --after")

    shown = dev("faults").out
    dev("mend")

    assert ordered == "  marketplace  429        answers, of '/operations', 3 times, 5 seconds\n"
    assert shown == f"  entra        500        answers, of all, until mend, after it was done\n{ordered}"
    assert dev("faults").out == ""


def test_an_answer_that_fails_once_does_not_keep_a_purchase_from_arriving(dev: Dev) -> None:
    dev("fault marketplace 500 --times 1 --match GET")

    said = dev("play marketplace buy quantity=3 automatic=minimal")

    assert said.out.startswith("  Subscribe                200\n")
    assert dev("faults").out == ""


def test_a_purchase_at_microsoft_arrives_and_waits_for_its_buyer(dev: Dev) -> None:
    said = dev("play marketplace buy quantity=2 plan=business automatic=full")
    bought = json.loads(said.out.partition("\n")[2])

    assert said.out.startswith("  Subscribe                200\n")
    assert "(SUBSCRIPTION_UNCLAIMED)" in dev(f"assign erin --subscription microsoft.{bought['id']}").err
    assert requests.get(bought["landing"], timeout=10).status_code == 200


def test_what_can_happen_at_a_vendor_is_listed(dev: Dev) -> None:
    assert "  reinstate(id: str) -> " in dev("play marketplace").out
    assert "  charge_back(id: str, " in dev("play paddle").out
