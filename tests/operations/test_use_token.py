"""Tokens beside an account: read by nobody else, written as seldom as can be, and gone when they are of no use."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.domain.errors import ConsentNeeded, SignedOut, Unavailable
from shared.domain.people import Person
from shared.domain.records import Token
from shared.domain.rights import Visitor
from shared.operations.erase_account import erase_account
from shared.operations.use_token import graph_token, keep_tokens
from shared.ports import Access, Change, Permission
from shared.storage import keys
from tests.operations.visiting import visitor
from tests.world import ALICE, BOB, World


@dataclass
class Entrance:
    """The part of `shared.ports.SignIn` that turns kept tokens into access."""

    renewed: str = ""
    fails_with: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def access(self, tokens: str, person: Person, permission: Permission) -> Access:
        assert person
        self.asked.append(tokens)
        if self.fails_with:
            raise self.fails_with
        return Access(f"access for {permission}", self.renewed or tokens)


@pytest.fixture
def entrance(memory: World) -> Entrance:
    made: Any = Entrance()
    memory.services = replace(memory.services, sign_in=made)
    return made  # type: ignore[no-any-return] # it is one


def token(world: World, who: Visitor) -> Token | None:
    found = world.services.tables.read(keys.token(who.account))
    return found.record if found else None


def test_tokens_come_back_as_they_were_kept(memory: World, entrance: Entrance) -> None:
    alice = visitor(memory)

    assert graph_token(memory.services, alice, "self") == "access for self"
    assert entrance.asked == [f"tokens of {ALICE.name}"]


def test_using_them_is_written_once_a_day_unless_they_changed(memory: World, entrance: Entrance) -> None:
    alice = visitor(memory)
    first = token(memory, alice)

    for _ in range(3):
        graph_token(memory.services, alice, "self")
    assert token(memory, alice) == first

    memory.clock.advance(days=1)
    graph_token(memory.services, alice, "self")
    second = token(memory, alice)
    graph_token(memory.services, alice, "self")
    assert second is not None
    assert (second.used_on, token(memory, alice)) == (memory.clock().date(), second)

    entrance.renewed = "newer tokens"
    graph_token(memory.services, alice, "self")
    graph_token(memory.services, alice, "self")
    assert entrance.asked[-1] == "newer tokens"


def test_tokens_sealed_for_one_account_open_for_no_other(memory: World, entrance: Entrance) -> None:
    alice, bob = visitor(memory), visitor(memory, BOB)
    hers, his = (memory.services.tables.read(keys.token(who.account)) for who in (alice, bob))
    assert hers
    assert his
    memory.services.tables.write(Change(his, his.record.model_copy(update={"sealed": hers.record.sealed})))

    with pytest.raises(SignedOut):
        graph_token(memory.services, bob, "self")
    assert entrance.asked == []


def test_tokens_outlive_their_key_until_it_is_gone(memory: World, entrance: Entrance) -> None:
    alice = visitor(memory)
    sealer: Any = memory.services.token_sealer
    [old] = sealer._keys  # noqa: SLF001 - keys change from one deployment to the next
    newer = replace(old, id="t2", key=b"n" * 32, use_from=1.0)

    sealer._keys = [old, newer]  # noqa: SLF001
    assert graph_token(memory.services, alice, "self")
    sealer._keys = [newer]  # noqa: SLF001
    with pytest.raises(ConsentNeeded):
        graph_token(memory.services, alice, "directory")
    assert len(entrance.asked) == 1


def test_tokens_that_are_refused_go_and_others_stay(memory: World, entrance: Entrance) -> None:
    alice, bob = visitor(memory), visitor(memory, BOB)
    entrance.fails_with = Unavailable()
    with pytest.raises(Unavailable):
        graph_token(memory.services, alice, "self")
    assert token(memory, alice)

    entrance.fails_with = ConsentNeeded()
    with pytest.raises(ConsentNeeded):
        graph_token(memory.services, alice, "directory")
    assert token(memory, alice)

    entrance.fails_with = SignedOut()
    with pytest.raises(SignedOut):
        graph_token(memory.services, alice, "self")
    assert (token(memory, alice), bool(token(memory, bob))) == (None, True)


def test_without_an_account_there_is_nothing_to_use(memory: World, entrance: Entrance) -> None:
    with pytest.raises(ConsentNeeded):
        graph_token(memory.services, visitor(memory, account=False), "self")
    assert entrance.asked == []


def test_tokens_of_an_erased_account_are_gone_and_stay_away(memory: World, entrance: Entrance) -> None:
    alice = visitor(memory)
    erase_account(memory.services, alice.account)

    keep_tokens(memory.services, alice.account, "too late")

    assert memory.rows()["accounts"] == []
    with pytest.raises(SignedOut):
        graph_token(memory.services, alice, "self")
    assert entrance.asked == []
