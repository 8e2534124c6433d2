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
    HttpsUrl,
    Origins,
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


class StorageSettings(_Group):
    """Where the tables and the ledger are: by connection string, or by endpoint and managed identity."""

    tables_connection: Connection = Field("", repr=False)
    tables_endpoint: HttpsUrl = ""
    ledger_connection: Connection = Field("", repr=False)
    ledger_endpoint: HttpsUrl = ""
    extra_ca_file: Authorities = ""


class Settings(StorageSettings):
    """Everything that is configured."""

    environment: Environment
    public_url: Url
    product_id: Text
    addin_origins: Origins
    plans: Plans
    grace_days: Days
    license_signing_keys: SigningKeys = Field(repr=False)
    identity_hash_keys: HashKeys = Field(repr=False)
    sentry_dsn: Dsn = Field("", repr=False)
    paddle: PaddleSettings | None = None

    @property
    def terms(self) -> Terms:
        """The vendor's rules."""
        return Terms(self.grace_days, self.plans)


SETTING_NAMES = frozenset(
    name.upper() for name in {*Settings.model_fields, *PaddleSettings.model_fields} if name != "paddle"
)

G = TypeVar("G", bound=_Group)


def read_settings(env: Mapping[str, str], now: float) -> Settings:
    """The settings of an environment. Raises SettingsInvalid, which names every problem at once.

    ``now`` (epoch seconds) decides which keys are in use.
    """
    given = {name: env[name].strip() for name in SETTING_NAMES if env.get(name, "").strip()}
    problems = dict(_contradictions(given))
    settings = _parse(Settings, given, now, problems)
    has_paddle = any(name in given for name in _names(PaddleSettings))
    paddle = _parse(PaddleSettings, given, now, problems) if has_paddle else None
    if settings and paddle:
        sold = {plan.name for plan in settings.plans}
        if not sold.issuperset(paddle.paddle_prices.values()):
            problems["PADDLE_PRICES"] = "names a plan that PLANS does not have"
    if problems or settings is None:
        raise SettingsInvalid(problems)
    return settings.model_copy(update={"paddle": paddle})


def _names(group: type[_Group]) -> set[str]:
    return {name.upper() for name in group.model_fields}


def _contradictions(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for account in ("TABLES", "LEDGER"):
        ways = [name for name in (f"{account}_CONNECTION", f"{account}_ENDPOINT") if name in given]
        if len(ways) != 1:
            yield f"{account}_ENDPOINT", f"exactly one of it and {account}_CONNECTION must be given"
    if not any(name in given for name in _names(PaddleSettings)):
        yield "PADDLE_WEBHOOK_SECRETS", "is missing, and so is every other marketplace"


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
