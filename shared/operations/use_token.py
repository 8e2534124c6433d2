"""The tokens by which an account's person lets us read Graph: kept encrypted, renewed by use, gone when refused."""

from collections.abc import Callable
from typing import TypeVar

from shared.domain.errors import ConsentNeeded, SignedOut
from shared.domain.instants import day_of
from shared.domain.records import Token
from shared.domain.retention import TOKEN_KEPT_UNUSED
from shared.domain.rights import NO_TOKENS, Visitor
from shared.operations.deletion import delete_if_there
from shared.operations.persistence import persist
from shared.ports import Access, Change, Conflict, Outside, Permission, Put, Stored
from shared.storage import keys

T = TypeVar("T")


def keep_tokens(outside: Outside, account: str, tokens: str) -> None:
    """Keep the tokens of a sign-in beside the account, instead of those that were there.

    Not of an account that is gone or closing, and not where its person wants none kept.
    """
    kept = Token(sealed=_seal(outside, account, tokens), used_on=day_of(outside.clock()))
    persist(lambda: _keep(outside, account, kept))


def keeps_tokens(outside: Outside, account: str) -> bool:
    """Whether there are tokens beside the account."""
    return outside.tables.read(keys.token(account)) is not None


def ask_graph(outside: Outside, visitor: Visitor, permission: Permission, question: Callable[[str], T]) -> T:
    """What the directory answers with an access token of the visitor's own.

    Raises as `graph_token` and the directory do. Where Graph refuses the token, those that are kept go with it: a
    sign-in would leave them, and lead to the same refusal.
    """
    token = graph_token(outside, visitor, permission)
    try:
        return question(token)
    except SignedOut:
        _forget(outside, visitor)
        raise


def graph_token(outside: Outside, visitor: Visitor, permission: Permission) -> str:
    """An access token of the visitor's own.

    Raises ConsentNeeded where they have not given the permission to an account of theirs, SignedOut where only a new
    sign-in helps, Unavailable.
    """
    if not visitor.account:
        raise ConsentNeeded
    stored = outside.tables.read(keys.token(visitor.account))
    tokens = _open(outside, stored) if stored else ""
    if stored is None or not tokens:
        raise SignedOut if permission == "self" else ConsentNeeded
    try:
        access = outside.sign_in.access(tokens, visitor.person, permission)
    except SignedOut:
        _forget(outside, visitor)
        raise
    _renew(outside, stored, tokens, access)
    return access.token


def _forget(outside: Outside, visitor: Visitor) -> None:
    persist(lambda: delete_if_there(outside, keys.token(visitor.account)))


def _keep(outside: Outside, account: str, kept: Token) -> None:
    found = outside.tables.read(keys.account(account))
    if found is not None and not found.record.closed and NO_TOKENS not in found.record.objections:
        # Whoever closes the account or restricts this meanwhile changes the account first.
        outside.tables.write(Put(keys.token(account), kept), Change(found, found.record))


def _renew(outside: Outside, stored: Stored[Token], before: str, access: Access) -> None:
    """Note what is newer, and once a day that it was used. Somebody else's newer tokens are as good as ours."""
    today = day_of(outside.clock())
    if access.tokens == before and stored.record.used_on == today:
        return
    sealed = _seal(outside, stored.row.partition, access.tokens)
    try:
        outside.tables.write(Change(stored, stored.record.model_copy(update={"sealed": sealed, "used_on": today})))
    except Conflict:
        return


def _seal(outside: Outside, account: str, tokens: str) -> str:
    return outside.token_sealer.seal(_purpose(account), {"t": tokens})


def _open(outside: Outside, stored: Stored[Token]) -> str:
    """The tokens; empty for what is too old, or was sealed for another account."""
    opened = outside.token_sealer.open(_purpose(stored.row.partition), stored.record.sealed, TOKEN_KEPT_UNUSED)
    return str(opened["t"]) if opened else ""


def _purpose(account: str) -> str:
    return f"graph tokens of {account}"
