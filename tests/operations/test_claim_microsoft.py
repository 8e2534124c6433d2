"""Claims of purchases at Microsoft that nobody owns yet: by beneficiary, buyer, or the tenant's administrator."""

from collections.abc import Iterator

import pytest

from dev.entra import Entra
from dev.wire import Clock
from shared.domain.errors import ClaimRefused
from shared.domain.people import Person
from shared.domain.records import OwnerKind
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.claim_by_proof import Claimant, claim_by_proof
from shared.operations.erase_account import erase_account
from shared.ports import Proof
from tests.microsoft import RESELLER, Store, name, selling
from tests.world import ALICE, BOB, MALLORY, NOON, OTHER_TENANT, TENANT, WorldMaker, colleague


@pytest.fixture(scope="module")
def entra() -> Iterator[Entra]:
    with Entra(Clock(NOON)) as running:
        yield running


@pytest.fixture
def store(entra: Entra, make_world: WorldMaker) -> Iterator[Store]:
    with selling(entra, make_world) as opened:
        yield opened


def claim(
    store: Store, id_: str, who: Assignee, kind: OwnerKind = "organisation", *, is_administrator: bool = False
) -> str:
    """The tenant that the purchase is for, once it is claimed."""
    claimant = Claimant(store.session(who).account, who.person, is_administrator)
    return claim_by_proof(store.services, claimant, name(id_), Proof(), kind).record.tenant


def test_the_first_administrator_of_the_beneficiarys_tenant_claims_it(store: Store) -> None:
    id_ = store.automatic()

    assert claim(store, id_, BOB, is_administrator=True) == TENANT

    assert store.header(id_).account == store.session(BOB).account
    assign_seat(store.services, name(id_), colleague(1))
    assert store.world.code(colleague(1)) == "LICENSED"


def test_the_beneficiary_claims_it_without_being_an_administrator(store: Store) -> None:
    assert claim(store, store.automatic(), ALICE) == TENANT


def test_a_reseller_claims_it_for_the_customer(store: Store) -> None:
    id_ = store.buy(RESELLER, beneficiary=ALICE, automatic="full")

    assert claim(store, id_, RESELLER) == TENANT
    assert store.world.rows()["organisations"][0]["PartitionKey"] == TENANT


@pytest.mark.parametrize(("who", "is_administrator"), [(RESELLER, False), (BOB, True)])
def test_one_seat_is_for_oneself_only_where_it_was_bought_for_oneself(
    store: Store, who: Assignee, *, is_administrator: bool
) -> None:
    id_, own = store.buy(RESELLER, beneficiary=ALICE, automatic="full", quantity=1), store.automatic(quantity=1)

    assert claim(store, id_, who, "person", is_administrator=is_administrator) == TENANT
    assert claim(store, own, ALICE, "person") == ""
    assert [store.header(it).owner_kind for it in (id_, own)] == ["organisation", "person"]


def test_the_resellers_administrator_has_no_claim(store: Store) -> None:
    id_ = store.buy(RESELLER, beneficiary=ALICE, automatic="full")
    boss = Assignee(Person(OTHER_TENANT, "b0550000-0000-4000-8000-000000000001"), "Boss", ("boss@reseller.example",))

    with pytest.raises(ClaimRefused):
        claim(store, id_, boss, is_administrator=True)


@pytest.mark.parametrize(("who", "is_administrator"), [(BOB, False), (MALLORY, False), (MALLORY, True)])
def test_nobody_else_has_a_claim(store: Store, who: Assignee, *, is_administrator: bool) -> None:
    id_ = store.automatic()

    with pytest.raises(ClaimRefused):
        claim(store, id_, who, is_administrator=is_administrator)

    assert store.header(id_).account == ""


def test_a_suspended_purchase_can_be_claimed_and_an_ended_one_cannot(store: Store) -> None:
    suspended, ended = store.automatic(), store.automatic()
    store.market.play.suspend(suspended)
    store.market.play.unsubscribe(ended)

    assert claim(store, suspended, ALICE) == TENANT
    with pytest.raises(ClaimRefused):
        claim(store, ended, ALICE)


def test_a_strangers_tries_are_few_and_are_nobody_elses(store: Store) -> None:
    id_ = store.automatic()
    for _ in range(7):
        with pytest.raises(ClaimRefused):
            claim(store, id_, MALLORY, is_administrator=True)

    assert store.header(id_).claim_tries == 5
    assert claim(store, id_, ALICE) == TENANT


def test_a_purchase_whose_owner_was_erased_names_nobody_whatever_webhooks_come(store: Store) -> None:
    id_ = store.subscribed()
    erase_account(store.services, store.header(id_).account)
    store.world.purge()

    store.market.play.renew(id_)

    assert (store.header(id_).account, store.header(id_).status) == ("", "subscribed")
    assert store.statuses()[-1] == 200
