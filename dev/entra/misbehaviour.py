"""What Entra would never answer, on order: an application must withstand it all the same."""

from collections.abc import Callable
from typing import Any, Literal

import jwt

from dev.entra.errors import Problem, problem
from dev.entra.keys import KeyRing
from dev.entra.people import CONSUMERS, MALLORYS
from dev.entra.tokens import sign
from dev.wire import Refused

Where = Literal["authorize", "token"]
Claims = dict[str, Any]

_DAY = 24 * 60 * 60

# ID tokens with other claims; None leaves one out.
_CLAIMS: dict[str, Callable[[Claims], Claims]] = {
    "nonce": lambda _: {"nonce": "somebody-else's"},
    "no-nonce": lambda _: {"nonce": None},
    "audience": lambda _: {"aud": "00000000-0000-4000-8000-00000000000a"},
    "issuer": lambda claims: {"iss": claims["iss"].replace(claims["tid"], MALLORYS)},
    "foreign-issuer": lambda claims: {"iss": f"https://evil.example/{claims['tid']}/v2.0"},
    "tenant": lambda _: {"tid": MALLORYS},
    "expired": lambda claims: {name: claims[name] - _DAY for name in ("iat", "nbf", "exp")},
    "not-yet": lambda claims: {name: claims[name] + _DAY for name in ("iat", "nbf", "exp")},
    "no-oid": lambda _: {"oid": None},
    "odd-oid": lambda _: {"oid": "../alice"},
    "no-tid": lambda _: {"tid": None},
    "no-exp": lambda _: {"exp": None},
    "no-wids": lambda _: {"wids": None},
    "wids-text": lambda _: {"wids": "62e90394-69f5-4237-9190-012177145e10"},
    "version-1": lambda claims: {"ver": "1.0", "iss": f"https://sts.windows.net/{claims['tid']}/"},
}
# And those that are signed by whom or as they must not be.
_SIGNED: dict[str, Callable[[Claims, KeyRing], str]] = {
    "none": lambda claims, _: jwt.encode(claims, "", "none"),
    "hs256": lambda claims, keys: jwt.encode(
        claims, "the-public-key-as-a-secret-of-its-own", "HS256", {"kid": keys.current.id}
    ),
    "stranger": lambda claims, keys: sign(claims, keys.stranger),
    "signature": lambda claims, keys: sign(claims, keys.current)[:-8] + "AAAAAAAA",
    # A real key of Entra's, which may sign for another tenant only.
    "wrong-key": lambda claims, keys: sign(
        claims, keys.current if claims["tid"] == CONSUMERS else keys.fixed[CONSUMERS]
    ),
    "garbage": lambda *_: "no.token.at-all",
}
KINDS = frozenset({*_CLAIMS, *_SIGNED})


class Misbehaviour:
    """What was ordered and is still to happen, first come, first served."""

    def __init__(self) -> None:
        self._tokens: list[str] = []
        self._problems: dict[Where, list[int]] = {"authorize": [], "token": []}

    def order(self, kind: str, times: int = 1) -> None:
        """The next ID tokens are like that. Raises Refused."""
        if kind not in KINDS:
            raise Refused(f"There are only {', '.join(sorted(KINDS))}.")
        self._tokens += [kind] * times

    def say(self, number: int, where: Where, times: int = 1) -> None:
        self._problems[where] += [number] * times

    def complain(self, where: Where) -> None:
        """Raises Problem, if that was ordered."""
        if self._problems[where]:
            raise self.next_problem(where)

    def next_problem(self, where: Where) -> Problem:
        return problem(self._problems[where].pop(0))

    def id_token(self, claims: Claims, keys: KeyRing) -> str:
        """Signed, and as it should be, unless something else was ordered."""
        kind = self._tokens.pop(0) if self._tokens else None
        if kind in _SIGNED:
            return _SIGNED[kind](claims, keys)
        return sign({**claims, **(_CLAIMS[kind](claims) if kind else {})}, keys.signer(claims["tid"]))
