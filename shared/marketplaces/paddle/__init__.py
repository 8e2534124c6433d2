"""Paddle Billing: https://developer.paddle.com/webhooks/overview."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.errors import SignatureInvalid
from shared.domain.purchases import Event
from shared.marketplaces.paddle.events import Catalogue, read_event
from shared.marketplaces.paddle.signature import is_signed

NAME = "paddle"


@dataclass(frozen=True, slots=True)
class Paddle:
    """`shared.ports.Marketplace` for Paddle. Nothing switches the signature check off."""

    secrets: tuple[str, ...] = field(repr=False)
    catalogue: Catalogue
    name: str = NAME

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Event | None:
        """The event, or None if there is nothing to store. Raises SignatureInvalid, EventMalformed."""
        if not is_signed(headers.get("paddle-signature", ""), body, self.secrets, now.timestamp()):
            raise SignatureInvalid
        return read_event(body, self.catalogue)
