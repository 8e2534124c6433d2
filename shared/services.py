"""Which implementations serve: the one file that chooses, and that reads the clock."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from azure.core.credentials import TokenCredential
from azure.core.exceptions import ServiceRequestError

from shared.domain.entitlement import Terms
from shared.domain.errors import NotFound
from shared.identity.entra_keys import EntraKeys
from shared.identity.graph import Graph
from shared.identity.marketplace_tokens import WebhookTokens
from shared.identity.sealing import Sealer
from shared.identity.service_tokens import ClientCredential, MsalTokens
from shared.identity.sign_in import EntraSignIn
from shared.marketplaces.microsoft import Microsoft
from shared.marketplaces.microsoft.api import FulfillmentApi
from shared.marketplaces.microsoft.reading import Offers
from shared.marketplaces.paddle import Paddle
from shared.marketplaces.paddle.api import PaddleApi
from shared.marketplaces.paddle.events import Catalogue
from shared.marketplaces.paddle.overlay import overlay_of
from shared.ports import (
    Clock,
    Directory,
    HoldsCredentials,
    Identities,
    LandsBuyers,
    Marketplace,
    SellsHere,
    Signer,
    SignIn,
    Tables,
)
from shared.settings import Settings, read_settings
from shared.signing import KeyedIdentities, LicenseSigner
from shared.storage.credential import IdentityEndpoint, ManagedIdentityCredential
from shared.storage.tables import Account, AzureTables
from shared.storage.trust import trusted_with
from shared.telemetry import start_error_reports
from shared.web import Unreachable, Web, host_of

# Every marketplace there is, configured or not: a route for its messages is known before any setting is read.
MARKETPLACES = ("paddle", "microsoft")


@dataclass(frozen=True, slots=True)
class Vendor:
    """What every page says of the product and of who answers for it; an empty text where there is none."""

    product: str
    name: str
    country: str
    support_url: str
    privacy_policy_url: str
    change_log_url: str
    dpa_url: str
    notice: str
    fathom_site_id: str
    fathom_script_url: str


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that triggers and operations are handed; satisfies `shared.ports.Outside`."""

    tables: Tables
    identities: Identities
    signer: Signer
    sealer: Sealer
    clock: Clock
    terms: Terms
    issuer: str
    audience: str
    addin_origins: frozenset[str]
    sign_in: SignIn
    sign_in_app: HoldsCredentials
    directory: Directory
    token_sealer: Sealer
    vendor: Vendor
    marketplaces: Mapping[str, Marketplace]
    sellers: Mapping[str, SellsHere]
    stores: Mapping[str, LandsBuyers]

    def marketplace_of(self, subscription: str) -> Marketplace:
        """The marketplace that a subscription's name begins with. Raises NotFound where it is not configured."""
        marketplace = self.marketplaces.get(subscription.partition(".")[0])
        if marketplace is None:
            raise NotFound
        return marketplace


def utc_now() -> datetime:
    """The one clock."""
    return datetime.now(UTC)


def connect(env: Mapping[str, str], clock: Clock = utc_now, *, operator: TokenCredential | None = None) -> Services:
    """The services that an environment describes. Raises SettingsInvalid; connects to nothing yet.

    ``operator`` stands in for the app's identity at storage, where a person runs a command.
    """
    settings = read_settings(env, clock().timestamp())
    start_error_reports(settings.sentry_dsn, settings.environment)
    trusted = trusted_with(settings.extra_ca_file) if settings.extra_ca_file else ""
    web = Web(_hosts(settings), trusted)
    credential = _credential(env, clock)
    paddle, microsoft = _paddle(settings, web), _microsoft(settings, web, credential)
    sign_in_app = _client_credential(
        "ENTRA",
        settings.entra_client_secret,
        settings.entra_certificate,
        settings.entra_managed_identity_client_id,
        credential,
    )
    return Services(
        tables=_tables(settings, operator or credential, clock),
        identities=KeyedIdentities(settings.identity_hash_keys, clock),
        signer=LicenseSigner(settings.license_signing_keys, clock),
        sealer=Sealer(settings.session_keys, clock),
        clock=clock,
        terms=settings.terms,
        issuer=settings.public_url,
        audience=settings.product_id,
        addin_origins=frozenset(settings.addin_origins),
        sign_in=EntraSignIn(
            web,
            settings.entra_authority,
            settings.entra_client_id,
            sign_in_app,
            clock,
        ),
        sign_in_app=sign_in_app,
        directory=Graph(web, settings.graph_url),
        token_sealer=Sealer(settings.token_encryption_keys, clock),
        vendor=_vendor(settings),
        marketplaces={name: found for name, found in zip(MARKETPLACES, (paddle, microsoft), strict=True) if found},
        sellers={"paddle": paddle} if paddle else {},
        stores={"microsoft": microsoft} if microsoft else {},
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


def _credential(env: Mapping[str, str], clock: Clock) -> ManagedIdentityCredential:
    # The platform sets these three itself, beside our settings:
    # https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
    endpoint = IdentityEndpoint(
        url=env.get("IDENTITY_ENDPOINT", ""),
        header=env.get("IDENTITY_HEADER", ""),
        client_id=env.get("AZURE_CLIENT_ID", ""),
    )
    return ManagedIdentityCredential(endpoint, clock)


def _tables(settings: Settings, credential: TokenCredential, clock: Clock) -> AzureTables:
    main = Account(settings.tables_connection, settings.tables_endpoint)
    ledger = Account(settings.ledger_connection, settings.ledger_endpoint)
    return AzureTables(main, ledger, credential, clock, extra_ca_file=settings.extra_ca_file)


def _hosts(settings: Settings) -> frozenset[str]:
    """Everybody who may be called, besides storage: whom the settings name."""
    urls = [settings.entra_authority, settings.graph_url]
    if settings.paddle:
        urls += [settings.paddle.paddle_api_url]
    if settings.marketplace:
        urls += [settings.marketplace.marketplace_api_url, settings.marketplace.marketplace_authority]
    return frozenset(host_of(url) for url in urls)


def _paddle(settings: Settings, web: Web) -> Paddle | None:
    group = settings.paddle
    if group is None:
        return None
    plans = tuple(plan.name for plan in settings.plans)
    catalogue = Catalogue(group.paddle_prices, plans, live=settings.environment == "live")
    api = PaddleApi(web, group.paddle_api_url, group.paddle_api_key)
    overlay = overlay_of(group.paddle_js_url, group.paddle_client_token)
    return Paddle(group.paddle_webhook_secrets, catalogue, api, overlay)


def _microsoft(settings: Settings, web: Web, credential: ManagedIdentityCredential) -> Microsoft | None:
    group = settings.marketplace
    if group is None:
        return None
    keys = EntraKeys(web, f"{group.marketplace_authority}/discovery/v2.0/keys")
    checker = WebhookTokens(
        keys,
        audience=group.marketplace_client_id,
        tenant=group.marketplace_tenant_id,
        app=group.marketplace_resource_id,
        issuers=group.marketplace_issuers,
    )
    tokens = MsalTokens(
        web,
        group.marketplace_authority,
        group.marketplace_client_id,
        _client_credential(
            "MARKETPLACE",
            group.marketplace_client_secret,
            group.marketplace_certificate,
            group.marketplace_managed_identity_client_id,
            credential,
        ),
        f"{group.marketplace_resource_id}/.default",
    )
    api = FulfillmentApi(web, group.marketplace_api_url, tokens)
    return Microsoft(checker, Offers(group.marketplace_offers), api, group.marketplace_offer_url)


def _client_credential(
    group: str, secret: str, certificate: str, managed_identity: str, credential: ManagedIdentityCredential
) -> ClientCredential:
    if not managed_identity:
        return ClientCredential(group, secret, certificate)
    identity = credential.of(managed_identity)

    # https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
    def assertion() -> str:
        try:
            return identity.get_token("api://AzureADTokenExchange/.default").token
        except ServiceRequestError:
            raise Unreachable from None

    return ClientCredential(group, assertion=assertion)


def _vendor(settings: Settings) -> Vendor:
    return Vendor(
        product=settings.product_name,
        name=settings.vendor_name,
        country=settings.vendor_country,
        support_url=settings.support_url,
        privacy_policy_url=settings.privacy_policy_url,
        change_log_url=settings.change_log_url,
        dpa_url=settings.dpa_url,
        notice=settings.home_notice,
        fathom_site_id=settings.fathom_site_id,
        fathom_script_url=settings.fathom_script_url,
    )
