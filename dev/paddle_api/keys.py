"""The API key and what it may do.

https://developer.paddle.com/api-reference/about/authentication and
https://developer.paddle.com/api-reference/about/permissions
"""

import hmac
import secrets
from typing import Literal

from dev.paddle_api.entities import Entity
from dev.paddle_api.replies import Problem
from dev.wire import Handler, Reply, Request

Environment = Literal["sandbox", "production"]

_LEAST = frozenset(
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
    """One key; take a permission away, or replace the key, and callers hear of it."""

    def __init__(self, environment: Environment, key: str | None) -> None:
        kind = "sdbx" if environment == "sandbox" else "live"
        self.environment = environment
        self.key = key or f"pdl_{kind}_apikey_{secrets.token_hex(13)}_{secrets.token_hex(11)}_AQO"
        self.permissions = set(_LEAST)

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

    def _require_key(self, request: Request) -> None:
        if "authorization" not in request.headers:
            raise Problem(403, "authentication_missing", "There is no Authorization header.")
        if request.bearer is None:
            raise Problem(403, "authentication_malformed", "The Authorization header is no bearer's.")
        if not hmac.compare_digest(request.bearer.encode(), self.key.encode()):
            raise Problem(403, "invalid_token", "The API key is unknown, or was revoked.")


def _require_version(request: Request) -> None:
    if request.headers.get("paddle-version", "1") != "1":
        raise Problem(400, "bad_request", "There is no such version.")
