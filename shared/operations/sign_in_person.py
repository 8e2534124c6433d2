"""Sign a person in: who they are, and no more than that is kept unless they buy, activate or assign (P05, P35)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from shared.domain.errors import ConsentNeeded, NotAnAdministrator, SignedOut, SignInFailed
from shared.domain.instants import day_of
from shared.domain.rights import Visitor
from shared.operations.find_account import account_of
from shared.operations.find_subscriptions import subscriptions_of
from shared.operations.object_to import allow_tokens
from shared.operations.open_account import open_account
from shared.operations.persistence import persist
from shared.operations.use_token import keep_tokens, keeps_tokens
from shared.ports import Attempt, Change, Outside, Profile, SignedIn, Wish
from shared.storage import keys

# What somebody signs in for: only who buys, activates or assigns has an account.
Purpose = Literal["visit", "buy", "assign"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who signed in, as their tenant knows them now."""

    visitor: Visitor
    name: str = field(repr=False)
    addresses: tuple[str, ...] = field(repr=False)


def begin_sign_in(outside: Outside, return_to: str, purpose: Purpose, *, choose_account: bool = False) -> Attempt:
    """Where to send somebody who is not known yet. Raises Unavailable."""
    return outside.sign_in.begin(Wish(lasting=purpose == "buy", choose_account=choose_account), return_to)


def begin_consent(outside: Outside, return_to: str, visitor: Visitor, user_name: str) -> Attempt:
    """Where to send an administrator who is to allow the directory to be read.

    Raises NotAnAdministrator where there is nothing to assign, Unavailable.
    """
    if not _administers_something(outside, visitor):
        raise NotAnAdministrator
    wish = Wish("directory", lasting=True, person=visitor.person, user_name=user_name)
    return outside.sign_in.begin(wish, return_to)


def finish_sign_in(outside: Outside, purpose: Purpose, state: Mapping[str, Any], answer: Mapping[str, str]) -> Arrival:
    """Who came back. Raises SignInFailed and its kinds, Unavailable."""
    signed_in = outside.sign_in.finish(state, answer)
    profile = _profile(outside, signed_in)
    visitor = Visitor(
        signed_in.person, outside.clock(), _existing_account(outside, signed_in), signed_in.is_administrator
    )
    if not visitor.account and _may_open_one(outside, purpose, visitor):
        account = open_account(outside, profile.person, profile.name, profile.addresses)
        visitor = replace(visitor, account=account)
    if visitor.account:
        persist(lambda: _put_right(outside, visitor.account, profile))
        if signed_in.permission == "directory":
            # Whoever wanted no tokens kept has just given the permission for which they are.
            allow_tokens(outside, visitor.person)
        # Tokens for the hour are better than none, and worse than those of a sign-in to buy or to assign.
        if signed_in.lasting or not keeps_tokens(outside, visitor.account):
            keep_tokens(outside, visitor.account, signed_in.tokens)
    return Arrival(visitor, profile.name, profile.addresses)


def _profile(outside: Outside, signed_in: SignedIn) -> Profile:
    try:
        return outside.directory.me(signed_in.token, signed_in.person)
    except (SignedOut, ConsentNeeded):
        # A token that is a second old, for what was just allowed.
        raise SignInFailed from None


def _existing_account(outside: Outside, signed_in: SignedIn) -> str:
    found = account_of(outside, signed_in.person)
    return found.row.partition if found and not found.record.closed else ""


def _may_open_one(outside: Outside, purpose: Purpose, visitor: Visitor) -> bool:
    return purpose == "buy" or (purpose == "assign" and _administers_something(outside, visitor))


def _administers_something(outside: Outside, visitor: Visitor) -> bool:
    return any(theirs.role == "administrator" for theirs in subscriptions_of(outside, visitor))


def _put_right(outside: Outside, account: str, profile: Profile) -> None:
    """Name and addresses as they are now, and that its person was here."""
    found = outside.tables.read(keys.account(account))
    if found is None or found.record.closed:
        return
    now = {
        "name": profile.name,
        "addresses": profile.addresses or found.record.addresses,
        "last_sign_in": day_of(outside.clock()),
    }
    renewed = found.record.model_copy(update=now)
    if renewed != found.record:
        outside.tables.write(Change(found, renewed))
