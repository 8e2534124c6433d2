"""Which implementations serve: the one file that chooses, and that reads the clock."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.entitlement import Terms
from shared.domain.errors import NotFound
from shared.marketplaces.paddle import Paddle
from shared.marketplaces.paddle.api import PaddleApi
from shared.marketplaces.paddle.events import Catalogue
from shared.ports import Clock, Identities, Marketplace, Signer, Tables
from shared.settings import Settings, read_settings
from shared.signing import KeyedIdentities, LicenseSigner
from shared.storage.credential import IdentityEndpoint, ManagedIdentityCredential
from shared.storage.tables import Account, AzureTables
from shared.storage.trust import trusted_with
from shared.telemetry import start_error_reports
from shared.web import Web, host_of


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that triggers and operations are handed; satisfies `shared.ports.Outside`."""

    tables: Tables
    identities: Identities
    signer: Signer
    clock: Clock
    terms: Terms
    issuer: str
    audience: str
    addin_origins: frozenset[str]
    marketplaces: Mapping[str, Marketplace]

    def marketplace_of(self, subscription: str) -> Marketplace:
        """The marketplace that a subscription's name begins with. Raises NotFound where it is not configured."""
        marketplace = self.marketplaces.get(subscription.partition(".")[0])
        if marketplace is None:
            raise NotFound
        return marketplace


def utc_now() -> datetime:
    """The one clock."""
    return datetime.now(UTC)


def connect(env: Mapping[str, str], clock: Clock = utc_now) -> Services:
    """The services that an environment describes. Raises SettingsInvalid; connects to nothing yet."""
    settings = read_settings(env, clock().timestamp())
    start_error_reports(settings.sentry_dsn, settings.environment)
    trusted = trusted_with(settings.extra_ca_file) if settings.extra_ca_file else ""
    return Services(
        tables=_tables(settings, env, clock),
        identities=KeyedIdentities(settings.identity_hash_keys, clock),
        signer=LicenseSigner(settings.license_signing_keys, clock),
        clock=clock,
        terms=settings.terms,
        issuer=settings.public_url,
        audience=settings.product_id,
        addin_origins=frozenset(settings.addin_origins),
        marketplaces=_marketplaces(settings, Web(_hosts(settings), trusted)),
    )


def on_first_use(connect_now: Callable[[], Services]) -> Callable[[], Services]:
    """Connects when it is first asked, once; what fails is tried again by the next who asks."""
    lock, made = threading.Lock(), list[Services]()

    def services() -> Services:
        with lock:
            if not made:
                made.append(connect_now())
            return made[0]

    return services


def _tables(settings: Settings, env: Mapping[str, str], clock: Clock) -> AzureTables:
    # The platform sets these three itself, beside our settings:
    # https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
    endpoint = IdentityEndpoint(
        url=env.get("IDENTITY_ENDPOINT", ""),
        header=env.get("IDENTITY_HEADER", ""),
        client_id=env.get("AZURE_CLIENT_ID", ""),
    )
    credential = ManagedIdentityCredential(endpoint, clock)
    main = Account(settings.tables_connection, settings.tables_endpoint)
    ledger = Account(settings.ledger_connection, settings.ledger_endpoint)
    return AzureTables(main, ledger, credential, clock, extra_ca_file=settings.extra_ca_file)


def _hosts(settings: Settings) -> frozenset[str]:
    """Everybody who may be called, besides storage: whom the settings name."""
    urls = [settings.paddle.paddle_api_url] if settings.paddle else []
    return frozenset(host_of(url) for url in urls)


def _marketplaces(settings: Settings, web: Web) -> dict[str, Marketplace]:
    if settings.paddle is None:
        return {}
    plans = tuple(plan.name for plan in settings.plans)
    catalogue = Catalogue(settings.paddle.paddle_prices, plans, live=settings.environment == "live")
    api = PaddleApi(web, settings.paddle.paddle_api_url, settings.paddle.paddle_api_key)
    return {"paddle": Paddle(settings.paddle.paddle_webhook_secrets, catalogue, api)}
