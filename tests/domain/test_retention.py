"""What is kept until when: the promises' table, a second before, at, and a second after each end."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.domain import retention
from shared.domain.records import Account, Subscription
from shared.domain.retention import account_goes_at, end_of, next_look, seats_go_at, subscription_goes_at
from tests.world import ALICE, NOON

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
CLAIMED = {"owner_kind": "organisation", "account": "a11ce"}
ENDED = {"status": "ended", "ended_at": NOON}
CANCEL = {"status": "active", "scheduled_action": "cancel", "scheduled_end": NOON}
SIGNED_IN = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def header(**fields: Any) -> Subscription:  # noqa: ANN401 - any field of the record
    return Subscription(**{"first_seen": NOON - 100 * DAY, **fields})


def account(*, led_to_something: bool = True) -> Account:
    return Account(
        tenant=ALICE.person.tenant,
        object_id=ALICE.person.object_id,
        name=ALICE.name,
        addresses=ALICE.addresses,
        last_sign_in=SIGNED_IN,
        led_to_something=led_to_something,
    )


@pytest.mark.parametrize(
    ("fields", "goes_at"),
    [
        pytest.param({**ENDED, **CLAIMED}, NOON + 365 * DAY, id="claimed: twelve months after the end"),
        pytest.param(ENDED, NOON + 90 * DAY, id="unclaimed: ninety days after the end"),
        pytest.param({**CANCEL, **CLAIMED}, NOON + 365 * DAY, id="claimed: as its cancellation is planned"),
        pytest.param(CANCEL, NOON + 90 * DAY, id="unclaimed: as its cancellation is planned"),
        pytest.param({"status": "unconfirmed", "first_seen": NOON}, NOON + 30 * DAY, id="never confirmed"),
    ],
)
def test_a_subscription_goes_on_its_day_and_not_before(fields: dict[str, Any], goes_at: datetime) -> None:
    found = subscription_goes_at(header(**fields))

    assert found is not None
    assert [found <= goes_at + step for step in (-SECOND, 0 * SECOND, SECOND)] == [False, True, True]
    assert next_look(header(**fields)) == goes_at


@pytest.mark.parametrize("status", ["trialing", "active", "past_due", "paused"])
@pytest.mark.parametrize("owned", [CLAIMED, {}], ids=["claimed", "unclaimed"])
def test_what_lives_is_kept(status: str, owned: dict[str, str]) -> None:
    living = header(status=status, ended_at=NOON if status == "paused" else None, seats_used=2, **owned)

    assert (end_of(living), seats_go_at(living), subscription_goes_at(living), next_look(living)) == (None,) * 4


def test_a_pause_that_is_planned_is_no_end() -> None:
    assert end_of(header(status="active", scheduled_action="pause", scheduled_end=NOON)) is None


def test_an_end_that_came_counts_instead_of_the_one_that_was_planned() -> None:
    assert end_of(header(**ENDED, scheduled_action="cancel", scheduled_end=NOON + 9 * DAY)) == NOON


@pytest.mark.parametrize("fields", [ENDED, CANCEL])
def test_seats_go_thirty_days_after_the_end_and_are_looked_at_then(fields: dict[str, Any]) -> None:
    seated = header(**fields, **CLAIMED, seats_used=1)

    assert seats_go_at(seated) == next_look(seated) == NOON + 30 * DAY


def test_without_seats_nobody_looks_for_them() -> None:
    assert next_look(header(**ENDED, **CLAIMED)) == NOON + 365 * DAY


def test_a_sign_in_that_led_to_nothing_goes_within_seven_days() -> None:
    goes_at = account_goes_at(account(led_to_something=False), [])

    assert goes_at == MIDNIGHT + 7 * DAY


@pytest.mark.parametrize(
    ("ends", "goes_at"),
    [
        ([], MIDNIGHT + 365 * DAY),
        ([NOON - 200 * DAY], MIDNIGHT + 365 * DAY),
        ([NOON - 200 * DAY, NOON + DAY], NOON + 366 * DAY),
        ([MIDNIGHT - SECOND], MIDNIGHT + 365 * DAY),
        ([MIDNIGHT + SECOND], MIDNIGHT + SECOND + 365 * DAY),
    ],
)
def test_an_account_goes_twelve_months_after_both_its_last_subscription_and_its_last_sign_in(
    ends: list[datetime], goes_at: datetime
) -> None:
    owned = [header(status="ended", ended_at=end) for end in ends]

    assert account_goes_at(account(), owned) == goes_at


def test_an_account_stays_while_one_of_its_subscriptions_lives() -> None:
    assert account_goes_at(account(), [header(**ENDED), header(status="paused")]) is None


def test_the_other_rows_of_the_table_are_kept_as_long_as_it_says() -> None:
    assert {name: getattr(retention, name).days for name in dir(retention) if name.endswith("_KEPT")} == {
        "RECEIPT_KEPT": 30,
        "REFERENCE_KEPT": 7,
        "SIGN_IN_ONLY_KEPT": 7,
        "ACCOUNT_KEPT": 365,
        "LEDGER_KEPT": 30,
        "REQUEST_KEPT": 365,
    }
