"""Our own key at Paddle: until when it is good, where, and what it may do."""

import re
from collections.abc import Iterator

from pydantic import AwareDatetime, BaseModel

from shared.domain.errors import NotFound
from shared.marketplaces.paddle.api import DENIED, PaddleApi, PaddleRefused, read
from shared.ports import Credential
from shared.web import Denied, host_of

_SETTING = "PADDLE_API_KEY"
# https://developer.paddle.com/api-reference/about/authentication
_NUMBER = re.compile(r"pdl_[a-z]+_(apikey_[a-z0-9]{26})_", re.ASCII)
_NOT_PERMITTED = frozenset({"forbidden", "invalid_url"})

# What the server asks for and does, and nothing more. To write includes to read:
# https://developer.paddle.com/api-reference/about/permissions
PERMISSIONS = frozenset(
    {
        "adjustment.read",
        "business.read",
        "customer.read",
        "notification.read",
        "notification_setting.read",
        "price.read",
        "subscription.write",
        "transaction.write",
    }
)


class _Key(BaseModel):
    expires_at: AwareDatetime | None


class _Caller(BaseModel):
    permissions: list[str] | None = None


class _Api(BaseModel):
    environment: str


class _Root(BaseModel):
    api: _Api
    caller: _Caller


def watch_key(api: PaddleApi) -> Credential:
    """The key by its own answer, which takes no permission. Raises Denied for one that is refused altogether.

    https://developer.paddle.com/api-reference/api-keys/get-api-key
    """
    number = _NUMBER.match(api.key)
    if number is None:
        return Credential(_SETTING, unwatched="the key bears no id to ask Paddle by, as those from before May 2025")
    try:
        return Credential(_SETTING, read(_Key, api.get(f"/api-keys/{number[1]}", denied_because="")).expires_at)
    except NotFound:
        return Credential(_SETTING, unwatched="Paddle knows no key of its id")
    except PaddleRefused as refused:
        if refused.code not in _NOT_PERMITTED:
            raise Denied(host_of(api.url), DENIED) from None
        return Credential(_SETTING, unwatched="Paddle does not let the key see itself: it lacks api_key.read")


def check_key(api: PaddleApi, *, live: bool) -> Iterator[str]:
    """Whether the key is answered by the other environment, and may do too little or too much, one sentence each.

    https://developer.paddle.com/api-reference/api-root/get-api-root
    """
    root = read(_Root, api.get("/"))
    if (root.api.environment == "production") is not live:
        yield f"the key is answered by {root.api.environment}, which does not belong to ENVIRONMENT"
    granted = root.caller.permissions
    if granted is None:
        yield "the key is of a kind without permissions, and may do everything"
        return
    if missing := sorted(PERMISSIONS - {*granted}):
        yield f"the key lacks {', '.join(missing)}"
    wanted = PERMISSIONS | {f"{name.removesuffix('.write')}.read" for name in PERMISSIONS} | {"api_key.read"}
    if needless := sorted({*granted} - wanted):
        yield f"the key may do what nothing here does: {', '.join(needless)}"
