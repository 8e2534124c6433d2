"""Landing as an operation: what is shown, who owns what afterwards, and what becomes of what nobody activates."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from dev.entra import Entra
from dev.marketplace.records import Status
from dev.wire import Clock
from shared.domain.errors import NotFound, NotYours
from shared.domain.people import PERSONAL_TENANT, Person
from shared.domain.records import OwnerKind
from shared.domain.rights import Visitor
from shared.operations.assign_seat import Assignee
from shared.operations.land import activate_purchase, resolve_purchase, see_purchase
from shared.operations.read_back import read_back
from shared.storage import keys
from tests.microsoft import Store, name, selling
from tests.world import ALICE, BOB, MALLORY, NOON, World, WorldMaker


@pytest.fixture(scope="module")
def entra() -> Iterator[Entra]:
    with Entra(Clock(NOON)) as running:
        yield running


@pytest.fixture
def store(entra: Entra, make_world: WorldMaker) -> Iterator[Store]:
    with selling(entra, make_world) as opened:
        yield opened


def visitor(who: Assignee) -> Visitor:
    return Visitor(who.person, NOON)


def test_a_purchase_token_stands_for_a_subscription_in_any_state(store: Store) -> None:
    id_ = store.buy()
    status: Status
    for status in ("PendingFulfillmentStart", "Subscribed", "Suspended", "Unsubscribed"):
        store.bought(id_).status = status
        token = str(store.market.play.configure(id_)["token"])
        assert resolve_purchase(store.services, token) == name(id_)


def test_without_microsofts_marketplace_nobody_lands(world: World) -> None:
    with pytest.raises(NotFound):
        resolve_purchase(world.services, "token")
    with pytest.raises(NotFound):
        see_purchase(world.services, "microsoft.5ab", visitor(ALICE))


def test_looking_stores_nothing(store: Store) -> None:
    id_ = store.buy()

    landed = see_purchase(store.services, name(id_), visitor(ALICE))

    assert (landed.plan, landed.quantity, landed.status, landed.owner) == ("team", 5, "pending", "nobody")
    assert landed.is_party
    assert store.world.rows()["subscriptions"] == []


def test_a_colleague_is_told_from_a_stranger(store: Store) -> None:
    id_ = store.buy()
    seen = [see_purchase(store.services, name(id_), visitor(who)) for who in (ALICE, BOB, MALLORY)]

    assert [landed.is_party for landed in seen] == [True, False, False]
    assert [landed.is_colleague for landed in seen] == [True, True, False]


def test_nobody_owns_what_they_may_not_activate(store: Store) -> None:
    id_ = store.buy()
    account = store.session(MALLORY).account

    with pytest.raises(NotYours):
        activate_purchase(store.services, name(id_), account, visitor(MALLORY), "organisation")

    assert store.services.tables.read(keys.ownership(account, name(id_))) is None


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_one_seat_is_activated_for_a_personal_account_itself_and_several_are_not(store: Store, kind: OwnerKind) -> None:
    at_home = Assignee(Person(PERSONAL_TENANT, ALICE.person.object_id), "Alice", ("alice@home.example",))
    several, one = store.buy(at_home), store.buy(at_home, quantity=1)
    account = store.session(at_home).account

    with pytest.raises(NotYours):
        activate_purchase(store.services, name(several), account, visitor(at_home), kind)

    assert store.bought(several).status == "PendingFulfillmentStart"
    activated = activate_purchase(store.services, name(one), account, visitor(at_home), kind).record
    assert (activated.account, activated.owner_kind, activated.tenant) == (account, "person", "")


def test_the_note_that_an_activation_was_asked_for_goes_with_the_receipts(store: Store) -> None:
    id_ = store.buy()
    activate_purchase(store.services, name(id_), store.session(ALICE).account, visitor(ALICE), "organisation")
    row = keys.receipt(name(id_), "activation")
    assert store.services.tables.read(row)

    store.advance(days=30)
    store.world.purge()

    assert store.services.tables.read(row) is None


def test_what_nobody_activates_is_void_and_goes(store: Store) -> None:
    id_ = store.buy()
    assert read_back(store.services, name(id_))
    assert store.header(id_).status == "pending"

    store.advance(days=59)
    store.market.world.subscriptions.clear()
    store.world.purge()
    assert store.find(id_)
    store.advance(days=1)
    store.world.purge()

    assert store.find(id_) is None


def test_what_is_owned_and_was_never_activated_ends_when_microsoft_voids_it(store: Store) -> None:
    store.market.habits.activates_after = timedelta(days=300)
    id_ = store.buy()
    activate_purchase(store.services, name(id_), store.session(ALICE).account, visitor(ALICE), "organisation")
    assert store.header(id_).status == "pending"

    store.advance(days=31)
    store.world.purge()

    assert store.header(id_).status == "ended"
