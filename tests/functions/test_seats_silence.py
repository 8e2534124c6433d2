"""What an administrator searches and finds leaves nothing: not in tables, not in logs, not in what errors say (P11)."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from shared.domain.errors import ConsentNeeded, Unavailable
from shared.domain.people import Person
from shared.operations.assign_seat import Assignee
from tests.functions.seats import Browser, browser
from tests.functions.sentinels import ADDRESS, NAME, Sinks, found_in
from tests.functions.serving import serving
from tests.operations.stories import organisation_with
from tests.operations.visiting import DirectoryInMemory, with_directory
from tests.paddle import Subscription
from tests.world import ALICE, TENANT, World

ZAPHOD = Assignee(Person(TENANT, "2a9a0d00-0000-4000-8000-000000000042"), NAME, (ADDRESS,))


@pytest.fixture
def bought(world: World) -> Subscription:
    return organisation_with(world, 0, quantity=3)[0]


@pytest.fixture
def directory(world: World) -> DirectoryInMemory:
    return with_directory(world, ZAPHOD)


@pytest.fixture
def alice(world: World, directory: DirectoryInMemory) -> Iterator[Browser]:
    assert directory
    with serving(lambda: world.services) as base:
        yield browser(base, world, ALICE, administers=True)


def search_everywhere(alice: Browser, bought: Subscription) -> list[int]:
    """Every way in which somebody may be looked for without being given a seat, in the directory and in the list."""
    name = bought.partition
    lines = f"{NAME}\n{ADDRESS}".encode()
    answers = [
        alice.script("POST", "/api/seats/search", {"subscription": name, "text": NAME[:9]}),
        alice.script("POST", "/api/seats/check", {"subscription": name, "addresses": [ADDRESS], "taken": 0}),
        alice.script("POST", "/api/seats/read", lines),
        alice.post(name, "check list", list=lines.decode()),
        alice.post(name, search=NAME),
        alice.post(name, "give", address=f"not-{ADDRESS}"),
    ]
    return [answer.status for answer in answers]


def test_a_search_leaves_nothing_in_tables_or_logs(
    alice: Browser, bought: Subscription, world: World, sinks: Sinks
) -> None:
    before = world.rows()

    assert search_everywhere(alice, bought) == [200, 200, 200, 200, 200, 409]

    assert world.rows() == before
    assert found_in(*sinks.seen()) == set()


@pytest.mark.parametrize("failure", [Unavailable(), ConsentNeeded(), RuntimeError(f"{NAME} {ADDRESS}")])
def test_a_search_that_fails_leaves_nothing_either(
    alice: Browser, bought: Subscription, world: World, directory: DirectoryInMemory, sinks: Sinks, failure: Exception
) -> None:
    before = world.rows()
    directory.fails_with = failure

    assert {search_everywhere(alice, bought)[number] for number in (0, 1, 3, 5)} <= {403, 500, 503}

    assert world.rows() == before
    assert found_in(*sinks.seen()) == set()


def test_what_is_searched_is_in_no_url_of_the_page(alice: Browser, bought: Subscription) -> None:
    page = alice.post(bought.partition, search=ADDRESS).body.decode()
    links = [part.partition('"')[0] for name in ("href=", "action=", "src=") for part in page.split(f'{name}"')[1:]]

    assert links
    assert found_in(*links, urlencode({"then": page.partition("then=")[2].partition('"')[0]})) == set()


def test_the_directory_is_not_asked_before_somebody_is_looked_for(
    alice: Browser, bought: Subscription, directory: DirectoryInMemory
) -> None:
    assert alice.get(f"/seats?subscription={bought.partition}").status == 200
    assert alice.post(bought.partition, "give own").status == 200

    assert directory.asked == []
