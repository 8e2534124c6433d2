"""Settings: read once, typed, every problem reported together, no secret printed, no weakening default."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.domain.entitlement import Terms
from shared.domain.errors import Misconfigured
from shared.settings.keys import HashKeys, SigningKeys
from shared.settings.values import (
    Authorities,
    Connection,
    Days,
    Dsn,
    Environment,
    EuScript,
    HttpsUrl,
    Issuers,
    Offers,
    Origins,
    Pem,
    Plans,
    Prices,
    Text,
    Url,
    WebhookSecrets,
)


class SettingsInvalid(Misconfigured):
    """``problems`` says of each bad setting what is wrong with it, and never what it holds."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = dict(problems)


class _Group(BaseModel):
    # Plans and keys are values of ours, read by their own validators.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, arbitrary_types_allowed=True)


class PaddleSettings(_Group):
    """What Paddle needs; the group is whole or absent."""

    paddle_webhook_secrets: WebhookSecrets = Field(repr=False)
    paddle_api_url: Url
    paddle_api_key: Text = Field(repr=False)
    paddle_client_token: Text
    paddle_js_url: Url
    paddle_prices: Prices


class EntraSettings(_Group):
    """How people sign in, with exactly one way of a credential, and where the directory is asked about them."""

    entra_authority: Url
    entra_client_id: Text
    entra_client_secret: Text = Field("", repr=False)
    entra_certificate: Pem = Field("", repr=False)
    entra_managed_identity_client_id: Text = ""
    graph_url: Url


class VendorSettings(_Group):
    """What every page says of the product and of who answers for it."""

    product_name: Text
    vendor_name: Text
    vendor_country: Text
    support_url: Url
    privacy_policy_url: Url
    change_log_url: Url
    dpa_url: Url
    home_notice: Text = ""
    fathom_site_id: Text = ""
    fathom_script_url: EuScript = ""


class MarketplaceSettings(_Group):
    """What Microsoft's marketplace needs; the group is whole or absent, with exactly one way of a credential."""

    marketplace_api_url: Url
    marketplace_authority: Url
    marketplace_issuers: Issuers
    marketplace_tenant_id: Text
    marketplace_client_id: Text
    marketplace_client_secret: Text = Field("", repr=False)
    marketplace_certificate: Pem = Field("", repr=False)
    marketplace_managed_identity_client_id: Text = ""
    marketplace_resource_id: Text
    marketplace_offers: Offers
    marketplace_offer_url: Url


class StorageSettings(_Group):
    """Where the tables and the ledger are: by connection string, or by endpoint and managed identity."""

    tables_connection: Connection = Field("", repr=False)
    tables_endpoint: HttpsUrl = ""
    ledger_connection: Connection = Field("", repr=False)
    ledger_endpoint: HttpsUrl = ""
    extra_ca_file: Authorities = ""


class Settings(StorageSettings, EntraSettings, VendorSettings):
    """Everything that is configured."""

    environment: Environment
    public_url: Url
    product_id: Text
    addin_origins: Origins
    plans: Plans
    grace_days: Days
    license_signing_keys: SigningKeys = Field(repr=False)
    identity_hash_keys: HashKeys = Field(repr=False)
    session_keys: HashKeys = Field(repr=False)
    token_encryption_keys: HashKeys = Field(repr=False)
    sentry_dsn: Dsn = Field("", repr=False)
    paddle: PaddleSettings | None = None
    marketplace: MarketplaceSettings | None = None

    @property
    def terms(self) -> Terms:
        """The vendor's rules."""
        return Terms(self.grace_days, self.plans)


_GROUPS: dict[str, type[PaddleSettings] | type[MarketplaceSettings]] = {
    "paddle": PaddleSettings,
    "marketplace": MarketplaceSettings,
}

SETTING_NAMES = frozenset(
    name.upper() for group in [Settings, *_GROUPS.values()] for name in group.model_fields if name not in _GROUPS
)

_CREDENTIALS = ("CLIENT_SECRET", "CERTIFICATE", "MANAGED_IDENTITY_CLIENT_ID")

G = TypeVar("G", bound=_Group)


def read_settings(env: Mapping[str, str], now: float) -> Settings:
    """The settings of an environment. Raises SettingsInvalid, which names every problem at once.

    ``now`` (epoch seconds) decides which keys are in use.
    """
    given = {name: env[name].strip() for name in SETTING_NAMES if env.get(name, "").strip()}
    problems = dict(_contradictions(given))
    settings = _parse(Settings, given, now, problems)
    groups = {
        name: _parse(group, given, now, problems)
        for name, group in _GROUPS.items()
        if not _names(group).isdisjoint(given)
    }
    if settings:
        whole = settings.model_copy(update=groups)
        problems |= {**dict(_unknown_plans(whole)), **dict(_mixed_environments(whole))}
        if not problems:
            return whole
    raise SettingsInvalid(problems)


def _mixed_environments(settings: Settings) -> Iterator[tuple[str, str]]:
    """What belongs to a marketplace's sandbox has no place in live, and the reverse."""
    if settings.paddle is None or settings.environment == "development":
        return
    paddle, live = settings.paddle, settings.environment == "live"
    belongs = {
        "PADDLE_API_KEY": paddle.paddle_api_key.startswith("pdl_live_" if live else "pdl_sdbx_"),
        "PADDLE_CLIENT_TOKEN": paddle.paddle_client_token.startswith("live_" if live else "test_"),
        "PADDLE_API_URL": ("sandbox" in paddle.paddle_api_url) is not live,
    }
    for name, fits in belongs.items():
        if not fits:
            yield name, f"does not belong to ENVIRONMENT {settings.environment}"


def _unknown_plans(settings: Settings) -> Iterator[tuple[str, str]]:
    plans = {plan.name for plan in settings.plans}
    if settings.paddle and not plans.issuperset(settings.paddle.paddle_prices.values()):
        yield "PADDLE_PRICES", "names a plan that PLANS does not have"
    if settings.marketplace and not plans.issuperset(settings.marketplace.marketplace_offers.values()):
        yield "MARKETPLACE_OFFERS", "names a plan that PLANS does not have"


def _names(group: type[_Group]) -> set[str]:
    return {name.upper() for name in group.model_fields}


def _contradictions(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for account in ("TABLES", "LEDGER"):
        ways = [name for name in (f"{account}_CONNECTION", f"{account}_ENDPOINT") if name in given]
        if len(ways) != 1:
            yield f"{account}_ENDPOINT", f"exactly one of it and {account}_CONNECTION must be given"
    used = [group for group in _GROUPS.values() if not _names(group).isdisjoint(given)]
    if not used:
        yield "PADDLE_WEBHOOK_SECRETS", "is missing, and so is every other marketplace"
    for app in ("ENTRA", "MARKETPLACE") if MarketplaceSettings in used else ("ENTRA",):
        ways = [f"{app}_{way}" for way in _CREDENTIALS]
        if sum(way in given for way in ways) != 1:
            yield ways[0], f"exactly one of {', '.join(ways)} must be given"
    if ("FATHOM_SITE_ID" in given) is not ("FATHOM_SCRIPT_URL" in given):
        yield "FATHOM_SITE_ID", "must be given together with FATHOM_SCRIPT_URL, or neither"


def _parse(group: type[G], given: Mapping[str, str], now: float, problems: dict[str, str]) -> G | None:
    values = {name.lower(): value for name, value in given.items()}
    try:
        return group.model_validate(values, context={"now": now})
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False, include_context=False):
            name = str(problem["loc"][0]).upper()
            text = problem["msg"].removeprefix("Value error, ")
            problems[name] = "is missing" if problem["type"] == "missing" else text
        return None
