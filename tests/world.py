"""A small world for tests: the cast, a clock that stands still, keys, and services over a real Azurite."""

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from dev.azurite import LEDGER, TABLES, Azurite
from shared.domain.people import Person
from shared.operations.answer_license import answer_license
from shared.operations.assign_seat import Assignee
from shared.operations.open_account import open_account
from shared.operations.open_checkout import open_checkout
from shared.operations.purge import Purged, purge
from shared.services import Services, connect
from shared.storage.tables import AzureTables
from tests.paddle_api import API_KEY, PADDLE, PaddleApi

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TENANT = "11111111-1111-4111-8111-111111111111"
OTHER_TENANT = "22222222-2222-4222-8222-222222222222"
SECRET = "pdl_ntfset_test_secret"
PRICE, LARGE_PRICE = "pri_team", "pri_business"

# Alice administers, Bob has a seat, Mallory has neither.
ALICE = Assignee(Person(TENANT, "a11ce000-0000-4000-8000-000000000001"), "Alice Admin", ("alice@contoso.example",))
BOB = Assignee(
    Person(TENANT, "b0b00000-0000-4000-8000-000000000002"), "Bob Bee", ("bob@contoso.example", "b.bee@contoso.example")
)
MALLORY = Assignee(Person(OTHER_TENANT, "3a110000-0000-4000-8000-000000000003"), "Mallory", ("mallory@evil.example",))


def colleague(number: int) -> Assignee:
    """One of Alice's many colleagues."""
    person = Person(TENANT, f"c0110000-0000-4000-8000-{number:012d}")
    return Assignee(person, f"Colleague {number}", (f"colleague{number}@contoso.example",))


@dataclass
class StandingClock:
    """A clock that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def signing_key(use_from: float = 0) -> dict[str, Any]:
    private = ec.generate_private_key(ec.SECP256R1())
    return {**ECAlgorithm.to_jwk(private, as_dict=True), "use_from": use_from}


def hash_key(name: str, use_from: float = 0) -> dict[str, Any]:
    raw = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return {"id": name, "key": raw, "use_from": use_from}


def environment(azurite: Azurite | None = None, **changed: str) -> dict[str, str]:
    """Settings that are whole; ``changed`` replaces some."""
    return {
        "ENVIRONMENT": "development",
        "PUBLIC_URL": "https://licensing.vendor.example",
        "PRODUCT_ID": "mail-merge",
        "ADDIN_ORIGINS": "https://addin.vendor.example,https://localhost:3000",
        "PLANS": json.dumps(
            {
                "team": {"title": "Team", "features": ["no-footer"]},
                "business": {"title": "Business", "features": ["no-footer", "attachments"]},
            }
        ),
        "GRACE_DAYS": "14",
        "TABLES_CONNECTION": azurite.connection_string(TABLES) if azurite else "UseDevelopmentStorage=true",
        "LEDGER_CONNECTION": azurite.connection_string(LEDGER) if azurite else "UseDevelopmentStorage=true",
        "LICENSE_SIGNING_KEYS": json.dumps([signing_key()]),
        "IDENTITY_HASH_KEYS": json.dumps([hash_key("k1")]),
        "SESSION_KEYS": json.dumps([hash_key("s1")]),
        "TOKEN_ENCRYPTION_KEYS": json.dumps([hash_key("t1")]),
        "PRODUCT_NAME": "Mail Merge",
        "VENDOR_NAME": "Vendor OÜ",
        "VENDOR_COUNTRY": "Estonia",
        "SUPPORT_URL": "https://vendor.example/support",
        "PRIVACY_POLICY_URL": "https://vendor.example/privacy",
        "CHANGE_LOG_URL": "https://vendor.example/privacy/changes",
        "DPA_URL": "https://vendor.example/dpa",
        "ENTRA_AUTHORITY": "https://login.microsoftonline.com/common",
        "ENTRA_CLIENT_ID": "55555555-5555-4555-8555-555555555555",
        "ENTRA_CLIENT_SECRET": "a-secret-of-the-sign-in",
        "GRAPH_URL": "https://graph.microsoft.com/v1.0",
        "PADDLE_WEBHOOK_SECRETS": SECRET,
        "PADDLE_API_URL": PADDLE.url,
        "PADDLE_API_KEY": API_KEY,
        "PADDLE_CLIENT_TOKEN": "test_token",
        "PADDLE_JS_URL": "https://cdn.paddle.com/paddle/v2/paddle.js",
        "PADDLE_PRICES": json.dumps({PRICE: "team", LARGE_PRICE: "business"}),
        **changed,
    }


@dataclass
class World:
    """Services over empty tables, with what tests do to them."""

    env: Mapping[str, str]
    clock: StandingClock = field(default_factory=StandingClock)

    def __post_init__(self) -> None:
        self.services: Services = connect(self.env, self.clock)

    @property
    def paddle(self) -> PaddleApi:
        """Paddle's side of it; one for the whole session, empty when a test begins."""
        return PADDLE

    @property
    def tables(self) -> AzureTables:
        assert isinstance(self.services.tables, AzureTables)
        return self.services.tables

    def checkout(self, buyer: Assignee = ALICE, kind: str = "organisation") -> str:
        """A reference that a buyer took to the marketplace."""
        account = open_account(self.services, buyer.person, buyer.name, buyer.addresses)
        return open_checkout(self.services, account, kind)  # type: ignore[arg-type]

    def license(self, address: str) -> dict[str, Any]:
        """The verified claims of a license."""
        token = answer_license(self.services, address).token
        keys = {key["kid"]: jwt.PyJWK(key) for key in self.services.signer.published()}
        key = keys[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(
            token,
            key,
            algorithms=["ES256"],
            audience="mail-merge",
            options={"verify_exp": False, "verify_iat": False},
        )

    def code(self, assignee: Assignee) -> str:
        """The code of a person's license by their first address."""
        return str(self.license(assignee.addresses[0])["code"])

    def purge(self) -> Purged:
        """One run of the purge, in which nothing may fail."""
        errors: list[BaseException] = []
        purged = purge(self.services, errors.append)
        if errors:
            raise errors[0]
        return purged

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that is stored, by table."""
        found = {}
        for name, client in self.tables._clients.items():  # noqa: SLF001 - a census has no door of its own yet
            found[name] = [dict(entity) for entity in client.list_entities()]
        return found


def empty_tables(world: World) -> None:
    """Leave every table there and empty."""
    for service, names in world.tables._services:  # noqa: SLF001 - nothing else ever drops a table
        for name in names:
            service.delete_table(name)
    world.tables.make_tables()


WorldMaker = Callable[..., World]
