"""The API key, until when it is good and what it may do.

https://developer.paddle.com/api-reference/about/authentication,
https://developer.paddle.com/api-reference/about/permissions and https://developer.paddle.com/api-reference/api-keys
"""

import hmac
import secrets
from datetime import datetime
from typing import Literal

from dev.paddle_api.entities import Entity
from dev.paddle_api.ids import text
from dev.paddle_api.replies import Problem, missing
from dev.wire import Clock, Handler, Reply, Request

Environment = Literal["sandbox", "production"]

LEAST = frozenset(
    {
        "adjustment.read",
        "business.read",
        "customer.read",
        "notification.read",
        "notification_setting.read",
        "price.read",
        "subscription.read",
        "subscription.write",
        "transaction.read",
        "transaction.write",
    }
)


class Keys:
    """One key; take a permission away, replace the key, or let it expire, and callers hear of it."""

    def __init__(self, environment: Environment, key: str | None, clock: Clock | None = None) -> None:
        kind = "sdbx" if environment == "sandbox" else "live"
        self.environment = environment
        self.key = key or f"pdl_{kind}_apikey_{secrets.token_hex(13)}_{secrets.token_hex(11)}_AQO"
        self.permissions = set(LEAST)
        self.expires_at: datetime | None = None
        self._clock = clock or Clock()
        self._made_at = self._clock()

    def answered(self, handler: Handler, permission: str | None) -> Handler:
        """Asks for the permission first, and says in Paddle's way what is wrong. Without one, no key is needed."""

        def answered(request: Request) -> Reply:
            try:
                if permission:
                    self._require_key(request)
                    self.require(permission)
                elif "authorization" in request.headers:
                    self._require_key(request)
                _require_version(request)
                return handler(request)
            except Problem as problem:
                return problem.reply()

        return answered

    def require(self, permission: str) -> None:
        """To write includes to read. Raises Problem."""
        entity, _, _ = permission.partition(".")
        if not {permission, f"{entity}.write"} & self.permissions:
            raise Problem(403, "forbidden", f"The key lacks {permission}.")

    def root(self, request: Request) -> Entity:
        """https://developer.paddle.com/api-reference/api-root/get-api-root."""
        known = "authorization" in request.headers
        documentation = "https://developer.paddle.com/api-reference"
        return {
            "api": {
                "name": "Paddle API",
                "version": "1",
                "environment": self.environment,
                "documentation_url": documentation,
            },
            "caller": {
                "auth_type": "api_key" if known else None,
                "account": {"id": "acc_vendor", "name": "The vendor"} if known else None,
                "permissions": sorted(self.permissions) if known else [],
            },
        }

    def every(self) -> list[Entity]:
        """The key as https://developer.paddle.com/api-reference/api-keys/list-api-keys shows it."""
        return [self._shown()]

    def one(self, request: Request) -> Entity:
        """A key by its id; itself it may see without a permission. Raises Problem."""
        self._require_key(request)
        shown, wanted = self._shown(), request.parameters["id"]
        if wanted != shown["id"]:
            self.require("api_key.read")
            raise missing(wanted)
        return shown

    def _shown(self) -> Entity:
        """Its id is within it, and its secret is not shown again."""
        visible = self.key.rpartition("_")[0].rpartition("_")[0]
        return {
            "id": visible.split("_", 2)[2],
            "name": "License server",
            "description": None,
            "status": "expired" if self._is_over() else "active",
            "key": f"{visible[:-16]}****",
            "permissions": sorted(self.permissions),
            "rotatable": False,
            "exposed_at": None,
            "expires_at": text(self.expires_at) if self.expires_at else None,
            "last_used_at": text(self._clock()),
            "created_at": text(self._made_at),
            "updated_at": text(self._made_at),
        }

    def _is_over(self) -> bool:
        return self.expires_at is not None and self.expires_at <= self._clock()

    def _require_key(self, request: Request) -> None:
        if "authorization" not in request.headers:
            raise Problem(403, "authentication_missing", "There is no Authorization header.")
        if request.bearer is None:
            raise Problem(403, "authentication_malformed", "The Authorization header is no bearer's.")
        if not hmac.compare_digest(request.bearer.encode(), self.key.encode()) or self._is_over():
            raise Problem(403, "invalid_token", "The API key is unknown, expired, or was revoked.")


def _require_version(request: Request) -> None:
    if request.headers.get("paddle-version", "1") != "1":
        raise Problem(400, "bad_request", "There is no such version.")
