"""Who is asking: the session in its sealed cookie, and whether a form was sent by a page of ours."""

import hmac
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import azure.functions as func

from functions.edge import body_of
from shared.domain.errors import MediaTypeUnsupported, NotFromOurPage, SignedOut
from shared.domain.people import Person
from shared.domain.rights import Visitor
from shared.operations.find_account import account_for
from shared.services import Services

SESSION = "session"
# What somebody typed before they went to sign in or to consent.
BEGUN = "begun"
# Each attempt to sign in has one of its own, whose name goes on.
ATTEMPT = "flow-"
# What somebody is buying, from Microsoft's store or by our checkout.
LANDING = "landing"
BUYING = "buying"
_OURS = (SESSION, BEGUN, ATTEMPT, LANDING, BUYING)

SESSION_LASTS = timedelta(minutes=60)

# Browsers keep 4 kB; each request carries it, and the rest of a session is in its account.
_MOST_BYTES = 1000
_LONGEST_NAME = 64
_MOST_NAME_BYTES = 400
_MOST_FORM_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. ``account`` is empty until there is one; ``csrf`` is in each form of theirs."""

    person: Person
    name: str
    addresses: tuple[str, ...]
    signed_in_at: datetime
    account: str = ""
    is_administrator: bool = False
    has_all_addresses: bool = True
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)

    @property
    def visitor(self) -> Visitor:
        """The same, as rules and operations know them."""
        rights = self.account, self.is_administrator
        return Visitor(self.person, self.signed_in_at, *rights, self.name, self.addresses)


def session_cookie(outside: Services, session: Session) -> str:
    """The `Set-Cookie` of a session. A long name is cut, and addresses that do not fit are left out."""
    session = replace(session, name=_cut(session.name))
    while True:
        cookie = sealed_cookie(outside, SESSION, _to_json(session), SESSION_LASTS)
        if len(cookie) <= _MOST_BYTES or not session.addresses:
            return cookie
        session = replace(session, addresses=session.addresses[:-1], has_all_addresses=False)


def _cut(name: str) -> str:
    """What is shown of a name; as JSON, letters of some scripts take twelve times the room of others."""
    return next(name[:end] for end in range(_LONGEST_NAME, -1, -1) if len(json.dumps(name[:end])) <= _MOST_NAME_BYTES)


def caller(req: func.HttpRequest, outside: Services) -> Session:
    """Who is asking.

    Where the sign-in found no account there may be one by now, which another browser has opened.
    Raises SignedOut where nobody is signed in, or no longer: an hour has passed since the sign-in, the account that is
    named is gone or closed, or its person signed out everywhere.
    """
    content = open_cookie(req, outside, SESSION, SESSION_LASTS)
    if content is None:
        raise SignedOut
    session = _from_json(content)
    if outside.clock() - session.signed_in_at > SESSION_LASTS:
        raise SignedOut
    account = account_for(outside, session.person, session.account, session.signed_in_at)
    return replace(session, account=account)


def form_of(
    req: func.HttpRequest, outside: Services, session: Session, most_bytes: int = _MOST_FORM_BYTES
) -> dict[str, str]:
    """The fields of a form. Raises NotFromOurPage unless a page that we made for this session sent it."""
    fields = parse_qs(body_of(req, most_bytes).decode("latin-1"))
    _refuse_unless_ours(req, outside, session, fields.get("csrf", [""])[0])
    return {name: values[0] for name, values in fields.items()}


def script_body_of(
    req: func.HttpRequest, outside: Services, session: Session, media_type: str, most_bytes: int = _MOST_FORM_BYTES
) -> bytes:
    """What a page's script sent. Raises NotFromOurPage, MediaTypeUnsupported and BodyTooLarge."""
    refuse_unless_our_script(req, outside, session)
    if req.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type:
        raise MediaTypeUnsupported
    return body_of(req, most_bytes)


def refuse_unless_our_script(req: func.HttpRequest, outside: Services, session: Session) -> None:
    """Raises NotFromOurPage unless a script of a page that we made for this session asks."""
    _refuse_unless_ours(req, outside, session, req.headers.get("x-csrf-token", ""))


def _refuse_unless_ours(req: func.HttpRequest, outside: Services, session: Session, csrf: str) -> None:
    is_ours = req.headers.get("origin", "") == _origin(outside.issuer)
    if not (is_ours and hmac.compare_digest(csrf.encode(), session.csrf.encode())):
        raise NotFromOurPage


def sealed_cookie(outside: Services, name: str, content: Mapping[str, Any], lasts: timedelta) -> str:
    """A `Set-Cookie` that only we can read, and only for so long."""
    secure = "; Secure" if _is_https(outside) else ""
    value = outside.sealer.seal(name, content)
    lasting = f"Max-Age={int(lasts.total_seconds())}"
    return f"{_full_name(outside, name)}={value}; {lasting}; Path=/; HttpOnly; SameSite=Lax{secure}"


def ended_cookie(outside: Services, name: str) -> str:
    """The `Set-Cookie` that takes a cookie of ours out of the browser."""
    secure = "; Secure" if _is_https(outside) else ""
    return f"{_full_name(outside, name)}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax{secure}"


def ended_cookies(req: func.HttpRequest, outside: Services) -> list[str]:
    """What takes all cookies of ours out of the browser."""
    names = [name for beginning in _OURS for name in cookies_named(req, outside, beginning)]
    return [ended_cookie(outside, name) for name in names]


def cookies_named(req: func.HttpRequest, outside: Services, beginning: str) -> list[str]:
    """The names of our cookies that begin like this."""
    start = _full_name(outside, beginning)
    names = {name for name, _ in _cookies(req)}
    return sorted(beginning + name.removeprefix(start) for name in names if name.startswith(start))


def open_cookie(req: func.HttpRequest, outside: Services, name: str, lasts: timedelta) -> dict[str, Any] | None:
    """What a cookie of ours holds; None where there is none that is ours and fresh."""
    opened = (outside.sealer.open(name, value, lasts) for value in _values(req, _full_name(outside, name)))
    return next((content for content in opened if content is not None), None)


def _values(req: func.HttpRequest, name: str) -> Iterator[str]:
    return (value for found, value in _cookies(req) if found == name)


def _cookies(req: func.HttpRequest) -> Iterator[tuple[str, str]]:
    # Requests that repeat the header arrive with a comma; a sealed value has neither.
    for cookie in re.split("[;,]", req.headers.get("cookie", "")):
        name, _, value = cookie.strip().partition("=")
        yield name, value


def _full_name(outside: Services, name: str) -> str:
    # The worker adds an empty Domain, which breaks __Host-: https://github.com/Azure/azure-functions-python-worker/issues/1902
    return f"__Secure-{name}" if _is_https(outside) else name


def _is_https(outside: Services) -> bool:
    return outside.issuer.startswith("https:")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _to_json(session: Session) -> dict[str, Any]:
    return {
        "p": session.person,
        "n": session.name,
        "m": session.addresses,
        "w": session.has_all_addresses,
        "t": int(session.signed_in_at.timestamp()),
        "a": session.account,
        "r": session.is_administrator,
        "c": session.csrf,
    }


def _from_json(content: Mapping[str, Any]) -> Session:
    return Session(
        person=Person(*content["p"]),
        name=content["n"],
        addresses=tuple(content["m"]),
        signed_in_at=datetime.fromtimestamp(content["t"], UTC),
        account=content["a"],
        is_administrator=content["r"],
        has_all_addresses=content["w"],
        csrf=content["c"],
    )
