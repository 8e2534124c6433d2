"""A purchase that nobody owns goes to whoever proves it, and every refusal is the same."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from functions.edge import problem
from shared.domain.errors import ClaimRefused, Unavailable
from shared.domain.people import PERSONAL_TENANT, Person
from shared.domain.records import OwnerKind
from shared.marketplaces.paddle import Paddle
from shared.operations.assign_seat import Assignee, assign_seat
from shared.operations.claim_by_proof import Claimant, claim_by_proof
from shared.operations.erase_subscription import erase_subscription
from shared.operations.open_account import open_account
from shared.ports import Change, Proof
from shared.storage import keys
from tests.histories.around import over
from tests.histories.memory import MemoryWorld
from tests.histories.stored import broken
from tests.histories.turns import Step, all_orders, run_in_turns
from tests.paddle import Subscription, deliver
from tests.world import ALICE, BOB, MALLORY, World, colleague

AT_HOME = Assignee(Person(PERSONAL_TENANT, "a11ce000-0000-4000-8000-00000000000f"), "Alice", ("alice@home.example",))


def claimant(world: World, who: Assignee = ALICE) -> Claimant:
    account = open_account(world.services, who.person, who.name, who.addresses)
    return Claimant(account, who.person, is_administrator=True)


def unclaimed(world: World) -> tuple[Subscription, Proof]:
    """A purchase that was made in Paddle's dashboard, and what its buyer has of it."""
    sold = Subscription()
    told = sold.bought()
    deliver(world, *told)
    paid = told[-1]["data"]
    return sold, Proof(paid["id"], paid["invoice_number"])


def header(world: World, sold: Subscription) -> Any:  # noqa: ANN401 - it is there
    stored = world.services.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    return stored.record


def test_whoever_has_the_transaction_and_its_invoice_owns_it(world: World) -> None:
    sold, proof = unclaimed(world)
    alice = claimant(world)

    claimed = claim_by_proof(world.services, alice, sold.partition, proof, "organisation")

    assert (claimed.record.account, claimed.record.tenant) == (alice.account, ALICE.person.tenant)
    assert claimed.record.contact_due
    assert broken(world) == []
    assert proof.fact not in str(world.rows())


def test_a_seat_bought_for_oneself_is_given_at_once(world: World) -> None:
    sold = Subscription(quantity=1)
    told = sold.bought()
    deliver(world, *told)
    paid = told[-1]["data"]

    claim_by_proof(world.services, claimant(world), sold.partition, Proof(paid["id"], paid["invoice_number"]), "person")

    assert world.code(ALICE) == "LICENSED"


def test_several_seats_are_the_organisations_whatever_the_claim_said(world: World) -> None:
    sold, proof = unclaimed(world)

    claimed = claim_by_proof(world.services, claimant(world), sold.partition, proof, "person")

    assert (claimed.record.owner_kind, claimed.record.tenant) == ("organisation", ALICE.person.tenant)
    assign_seat(world.services, sold.partition, BOB)
    assert world.code(BOB) == "LICENSED"


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_a_personal_account_claims_no_several_seats_and_is_refused_alike(world: World, kind: OwnerKind) -> None:
    sold, proof = unclaimed(world)

    with pytest.raises(ClaimRefused):
        claim_by_proof(world.services, claimant(world, AT_HOME), sold.partition, proof, kind)

    assert header(world, sold).account == ""
    claim_by_proof(world.services, claimant(world), sold.partition, proof, "organisation")
    assert broken(world) == []


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_a_personal_account_claims_one_seat_for_itself(world: World, kind: OwnerKind) -> None:
    sold = Subscription(quantity=1)
    told = sold.bought()
    deliver(world, *told)
    paid = told[-1]["data"]
    proof = Proof(paid["id"], paid["invoice_number"])

    claimed = claim_by_proof(world.services, claimant(world, AT_HOME), sold.partition, proof, kind)

    assert (claimed.record.owner_kind, claimed.record.tenant) == ("person", "")
    assert world.code(AT_HOME) == "LICENSED"


def unknown(world: World, sold: Subscription, proof: Proof) -> Proof:
    stored = world.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    erase_subscription(world.services, stored)
    return proof


def owned(world: World, sold: Subscription, proof: Proof) -> Proof:
    claim_by_proof(world.services, claimant(world, MALLORY), sold.partition, proof, "organisation")
    return proof


def ended(world: World, sold: Subscription, proof: Proof) -> Proof:
    deliver(world, *sold.canceled())
    return proof


def erasing(world: World, sold: Subscription, proof: Proof) -> Proof:
    stored = world.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    world.tables.write(Change(stored, stored.record.model_copy(update={"erasing": True})))
    return proof


def ending(world: World, sold: Subscription, proof: Proof) -> Proof:
    stored = world.tables.read(keys.subscription(sold.partition))
    assert stored is not None
    world.tables.write(Change(stored, stored.record.model_copy(update={"ending": "asked"})))
    return proof


def wrong_invoice(_: World, __: Subscription, proof: Proof) -> Proof:
    return Proof(proof.transaction, "325-0")


def no_invoice(_: World, __: Subscription, proof: Proof) -> Proof:
    return Proof(proof.transaction, "")


def unknown_transaction(_: World, __: Subscription, proof: Proof) -> Proof:
    return Proof("txn_of_nobody", proof.fact)


def no_transaction(_: World, __: Subscription, proof: Proof) -> Proof:
    return Proof("", proof.fact)


def transaction_of_another(world: World, _: Subscription, __: Proof) -> Proof:
    return unclaimed(world)[1]


def guess(world: World, who: Claimant, sold: Subscription, proof: Proof) -> None:
    with pytest.raises(ClaimRefused):
        claim_by_proof(world.services, who, sold.partition, Proof(proof.transaction, "?"), "organisation")


def too_many_tries(world: World, sold: Subscription, proof: Proof) -> Proof:
    for _ in range(5):
        guess(world, claimant(world), sold, proof)
    return proof


def dropped_marketplace(world: World, _: Subscription, proof: Proof) -> Proof:
    world.services = replace(world.services, marketplaces={})
    return proof


REFUSED: list[Callable[[World, Subscription, Proof], Proof]] = [
    unknown,
    owned,
    ended,
    erasing,
    ending,
    wrong_invoice,
    no_invoice,
    unknown_transaction,
    no_transaction,
    transaction_of_another,
    too_many_tries,
    dropped_marketplace,
]


@pytest.mark.parametrize("spoil", REFUSED)
def test_every_refusal_is_the_same_to_the_byte(
    world: World, spoil: Callable[[World, Subscription, Proof], Proof]
) -> None:
    sold, proof = unclaimed(world)
    spoilt = spoil(world, sold, proof)

    with pytest.raises(ClaimRefused) as raised:
        claim_by_proof(world.services, claimant(world), sold.partition, spoilt, "organisation")

    answer, plain = problem(raised.value), problem(ClaimRefused())
    assert (answer.status_code, answer.get_body()) == (plain.status_code, plain.get_body())
    assert dict(answer.headers) == dict(plain.headers)


@pytest.mark.parametrize("name", ["paddle.sub_of_nobody", "microsoft.1", "stripe.1"])
def test_what_there_is_not_is_refused_alike(world: World, name: str) -> None:
    with pytest.raises(ClaimRefused):
        claim_by_proof(world.services, claimant(world), name, Proof("txn_1", "325-1"), "organisation")
    assert world.paddle.calls == []


def test_tries_are_few_a_day_and_begin_anew_on_the_next(world: World) -> None:
    sold, proof = unclaimed(world)
    alice = claimant(world)
    for _ in range(20):
        guess(world, alice, sold, proof)

    assert len(world.paddle.calls) == 5
    assert header(world, sold).claim_tries == 5
    with pytest.raises(ClaimRefused):
        claim_by_proof(world.services, alice, sold.partition, proof, "organisation")
    world.clock.advance(days=1)
    assert claim_by_proof(world.services, alice, sold.partition, proof, "organisation").record.account == alice.account


def test_a_strangers_tries_do_not_lock_the_buyer_out(world: World) -> None:
    sold, proof = unclaimed(world)
    mallory, alice = claimant(world, MALLORY), claimant(world)
    for _ in range(60):
        guess(world, mallory, sold, proof)

    assert header(world, sold).claim_tries == 5
    assert claim_by_proof(world.services, alice, sold.partition, proof, "organisation").record.account == alice.account


def test_tries_of_one_account_are_few_whatever_they_are_for(world: World) -> None:
    mallory = claimant(world, MALLORY)
    for _ in range(7):
        guess(world, mallory, *unclaimed(world))

    assert len(world.paddle.calls) == 5


def test_many_accounts_together_guess_no_more_than_fifty_times_a_day(world: World) -> None:
    sold, proof = unclaimed(world)
    for number in range(11):
        stranger = claimant(world, colleague(number))
        for _ in range(5):
            guess(world, stranger, sold, proof)

    assert len(world.paddle.calls) == 50
    world.clock.advance(days=1)
    assert claim_by_proof(world.services, claimant(world), sold.partition, proof, "organisation").record.account


def test_what_succeeded_was_no_try(world: World) -> None:
    alice = claimant(world)

    for _ in range(7):
        sold, proof = unclaimed(world)
        guess(world, alice, sold, proof)
        claimed = claim_by_proof(world.services, alice, sold.partition, proof, "organisation")
        assert claimed.record.account == alice.account


@pytest.mark.parametrize("status", [503, 520])
def test_a_marketplace_that_is_in_trouble_proves_nothing_wrong_and_uses_up_no_try(
    world: World, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr("shared.web.sleep", lambda _: None)
    sold, proof = unclaimed(world)
    alice = claimant(world)
    guess(world, alice, sold, proof)
    world.paddle.fail("/transactions", times=18, status=status)
    for _ in range(6):
        with pytest.raises(Unavailable):
            claim_by_proof(world.services, alice, sold.partition, proof, "organisation")

    assert header(world, sold).claim_tries == 1
    assert claim_by_proof(world.services, alice, sold.partition, proof, "organisation").record.account == alice.account


def test_a_claim_that_is_not_read_back_in_time_is_done_when_it_is_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.web.sleep", lambda _: None)
    sold, proof = unclaimed(world)
    alice = claimant(world)
    world.paddle.fail("/subscriptions", times=3, status=503)
    with pytest.raises(Unavailable):
        claim_by_proof(world.services, alice, sold.partition, proof, "organisation")

    again = claim_by_proof(world.services, alice, sold.partition, proof, "organisation")

    assert again.record.account == alice.account
    with pytest.raises(ClaimRefused):
        claim_by_proof(world.services, claimant(world, MALLORY), sold.partition, proof, "organisation")


def test_two_tries_at_once_are_two(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sold, proof = unclaimed(world)
    mallory, proves = claimant(world, MALLORY), Paddle.proves

    def meanwhile(market: Paddle, *args: Any, **options: Any) -> bool:  # noqa: ANN401 - as it is called
        monkeypatch.setattr(Paddle, "proves", proves)
        guess(world, mallory, sold, proof)
        return proves(market, *args, **options)

    monkeypatch.setattr(Paddle, "proves", meanwhile)
    guess(world, mallory, sold, proof)

    assert header(world, sold).claim_tries == 2


@pytest.mark.usefixtures("paddle_books")
def test_of_two_at_once_one_owns_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.operations.persistence.time.sleep", lambda _: None)
    world, owners = MemoryWorld(), set[str]()

    def run(choices: Sequence[int]) -> list[Step]:
        world.forget()
        sold, proof = unclaimed(world)
        both = [claimant(world), claimant(world, MALLORY)]
        steps = run_in_turns(
            world.services.tables,
            [
                lambda tables, who=who: claim_by_proof(  # type: ignore[misc]
                    over(world.services, tables), who, sold.partition, proof, "organisation"
                )
                for who in both
            ],
            choices,
        )
        owner = header(world, sold).account
        assert owner in {"", *(who.account for who in both)}
        owners.add("" if not owner else "one")
        assert broken(world) == []
        return steps

    assert len([*all_orders(run, 1)]) > 10
    assert "one" in owners
