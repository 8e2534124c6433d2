"""Settings that are missing, malformed or unresolved: nothing is answered, and the log names them, not their values."""

import logging
from collections.abc import Iterator

import pytest

from shared.services import connect
from shared.settings import SETTING_NAMES
from tests.functions.reading import policy, read
from tests.functions.serving import assert_problem, serving
from tests.functions.test_routes import ANY_TAKEN, Request, name_of
from tests.runtime.asking import ask
from tests.world import environment

SECRET = "s3cr3t-v4lu3"
WHOLE = environment()
OPTIONAL = {"SENTRY_DSN", "EXTRA_CA_FILE", "TABLES_ENDPOINT", "LEDGER_ENDPOINT"}
UNRESOLVED = f"@Microsoft.KeyVault(SecretUri=https://{SECRET}.vault.example/secrets/x)"
# These take any text there is.
FREE_TEXT = {
    "ENTRA_CLIENT_ID",
    "ENTRA_CLIENT_SECRET",
    "HOME_NOTICE",
    "PRODUCT_ID",
    "PRODUCT_NAME",
    "VENDOR_COUNTRY",
    "VENDOR_NAME",
    "PADDLE_API_KEY",
    "PADDLE_CLIENT_TOKEN",
    "MARKETPLACE_TENANT_ID",
    "MARKETPLACE_CLIENT_ID",
    "MARKETPLACE_CLIENT_SECRET",
    "MARKETPLACE_CERTIFICATE",
    "MARKETPLACE_MANAGED_IDENTITY_CLIENT_ID",
    "MARKETPLACE_RESOURCE_ID",
}


class App:
    """One app whose environment is changed under it, as nothing is connected that is not whole."""

    def __init__(self) -> None:
        self.env: dict[str, str] = {}
        self.base = ""


@pytest.fixture(scope="module")
def serving_anything() -> Iterator[App]:
    app = App()
    with serving(lambda: connect(app.env)) as app.base:
        yield app


@pytest.fixture
def app(serving_anything: App) -> App:
    serving_anything.env = WHOLE
    return serving_anything


@pytest.mark.parametrize("request_", ANY_TAKEN, ids=name_of)
@pytest.mark.parametrize("env", [{}, WHOLE | {"PUBLIC_URL": ""}], ids=["none", "one missing"])
def test_every_route_but_health_says_so(app: App, request_: Request, env: dict[str, str]) -> None:
    app.env = env
    answer = ask(app.base, request_.method, request_.path, request_.headers, request_.body)

    if request_.path == "/api/health":
        assert (answer.status, answer.body) == (503, b"")
    else:
        assert_problem(answer, 503, "MISCONFIGURED")
        assert answer.header("retry-after") == ["5"]


def told(app: App, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What one request makes the server log, which must hold no value."""
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        answer = ask(app.base, "GET", "/.well-known/jwks.json")
    assert_problem(answer, 503, "MISCONFIGURED")
    assert SECRET not in caplog.text + answer.body.decode()
    return [record.getMessage() for record in caplog.records if record.name == "license_server"]


@pytest.mark.parametrize("name", sorted(set(WHOLE) - OPTIONAL))
def test_a_setting_that_is_missing_is_named(app: App, caplog: pytest.LogCaptureFixture, name: str) -> None:
    for blank in ("", "  "):
        app.env = WHOLE | {name: blank}
        [line] = told(app, caplog)

        assert line.startswith("MISCONFIGURED: ")
        assert name.removesuffix("_CONNECTION") in line


@pytest.mark.parametrize("name", sorted(SETTING_NAMES))
def test_a_reference_that_did_not_resolve_is_named(app: App, caplog: pytest.LogCaptureFixture, name: str) -> None:
    app.env = WHOLE | {name: UNRESOLVED}
    [line] = told(app, caplog)

    assert f"{name} is a Key Vault reference that did not resolve" in line


@pytest.mark.parametrize("name", sorted(SETTING_NAMES - FREE_TEXT))
def test_a_malformed_setting_is_named(app: App, caplog: pytest.LogCaptureFixture, name: str) -> None:
    for malformed in (SECRET, f"https://user:{SECRET}@[x", f'["{SECRET}"]', f'{{"{SECRET}": "{SECRET}"}}'):
        app.env = WHOLE | {name: malformed}
        [line] = told(app, caplog)

        assert name in line


def test_all_that_is_wrong_is_told_at_once(app: App, caplog: pytest.LogCaptureFixture) -> None:
    app.env = WHOLE | {"PUBLIC_URL": "", "GRACE_DAYS": SECRET, "PLANS": "{"}
    [line] = told(app, caplog)

    assert all(name in line for name in ("PUBLIC_URL", "GRACE_DAYS", "PLANS"))


def test_an_app_serves_as_soon_as_its_settings_are_whole(app: App) -> None:
    app.env = {}
    assert ask(app.base, "GET", "/.well-known/jwks.json").status == 503

    app.env = WHOLE
    assert ask(app.base, "GET", "/.well-known/jwks.json").status == 200


@pytest.mark.parametrize("path", ["/", "/seats", "/de/account", "/sign-in", "/buy"])
def test_a_browser_is_shown_a_bare_page(app: App, path: str, caplog: pytest.LogCaptureFixture) -> None:
    app.env = {**WHOLE, "PUBLIC_URL": SECRET}

    answer = ask(app.base, "GET", path, [("Accept", "text/html")])

    assert (answer.status, answer.header("retry-after"), answer.header("cache-control")) == (503, ["5"], ["no-store"])
    page = read(answer)
    assert (page.errors, page.root.attrib["lang"]) == ([], "de" if path.startswith("/de") else "en")
    assert page.text("p")
    assert SECRET not in answer.body.decode()
    assert policy(answer)["default-src"] == ["'none'"]
    assert "PUBLIC_URL" in caplog.text
