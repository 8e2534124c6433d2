"""Signing in at a certified OpenID provider that somebody else wrote: the second opinion beside our own stand-in."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import requests

import dev
from dev.azurite import NODE
from dev.tls import Certificates, make_certificates
from shared.domain.errors import SignInCancelled, SignInExpired, SignInFailed
from shared.domain.people import Person
from shared.ports import Attempt, SignedIn, SignIn, Wish
from shared.services import connect
from shared.web import Denied
from tests.signing_in import APP, CALLBACK, SECRET
from tests.world import ALICE, TENANT, StandingClock, environment

SCRIPT = Path(dev.__file__).parent / "openid_provider.mjs"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
# It has a clock of its own.
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def provider(certificates: Certificates) -> Iterator[str]:
    told = {
        "tenant": TENANT,
        "client": {"client_id": APP, "client_secret": SECRET, "redirect_uris": [CALLBACK]},
        "person": {
            "tid": TENANT,
            "oid": ALICE.person.object_id,
            "name": ALICE.name,
            "preferred_username": ALICE.addresses[0],
            "wids": [GLOBAL_ADMINISTRATOR],
            "nbf": int(NOW.timestamp()),
        },
        "certificate": certificates.certificate.read_text(),
        "key": certificates.key.read_text(),
    }
    with subprocess.Popen(
        [NODE, SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdin
        assert running.stdout
        running.stdin.write(f"{json.dumps(told)}\n")
        running.stdin.flush()
        # What it warns of comes first.
        yield next(line.strip() for line in running.stdout if line.startswith("https:"))
        running.stdin.close()


@dataclass
class Entrance:
    """Where somebody signs in, with a browser of theirs."""

    sign_in: SignIn
    browser: requests.Session

    def begin(self, wish: Wish | None = None) -> Attempt:
        return self.sign_in.begin(wish or Wish(), CALLBACK)

    def finish(self, attempt: Attempt, back: str) -> SignedIn:
        return self.sign_in.finish(json.loads(json.dumps(attempt.state)), dict(parse_qsl(urlsplit(back).query)))

    def visit(self, url: str, *, cancel: bool = False) -> str:
        """Through all of its pages, until it calls us back."""
        answer = self.browser.get(url, allow_redirects=False)
        for _ in range(10):
            if answer.is_redirect:
                url = urljoin(answer.url, answer.headers["Location"])
                if url.startswith(CALLBACK):
                    return url
                answer = self.browser.get(url, allow_redirects=False)
            elif cancel:
                [link] = re.findall(r'href="([^"]*/abort)"', answer.text)
                answer = self.browser.get(urljoin(answer.url, link), allow_redirects=False)
            else:
                [action] = re.findall(r'action="([^"]+)"', answer.text)
                fields = dict(re.findall(r'name="(prompt)" value="(\w+)"', answer.text))
                fields |= {"login": "somebody", "password": "anything"}
                answer = self.browser.post(urljoin(answer.url, action), data=fields, allow_redirects=False)
        raise AssertionError(answer.text)


def settings(provider: str, certificates: Certificates, **changed: str) -> dict[str, str]:
    return {
        "ENTRA_AUTHORITY": f"{provider}/{TENANT}",
        "ENTRA_CLIENT_ID": APP,
        "ENTRA_CLIENT_SECRET": SECRET,
        "EXTRA_CA_FILE": str(certificates.ca),
        **changed,
    }


@pytest.fixture
def entrance(provider: str, certificates: Certificates) -> Iterator[Entrance]:
    services = connect(environment(None, **settings(provider, certificates)), StandingClock(NOW))
    with requests.Session() as browser:
        browser.trust_env = False
        browser.verify = str(certificates.ca)
        yield Entrance(services.sign_in, browser)


def test_the_same_sign_in_works_there(entrance: Entrance) -> None:
    attempt = entrance.begin()

    found = entrance.finish(attempt, entrance.visit(attempt.url))

    assert found.person == Person(TENANT, ALICE.person.object_id)
    assert (found.name, found.user_name, found.is_administrator) == (ALICE.name, ALICE.addresses[0], True)
    assert entrance.sign_in.access(found.tokens, found.person, "self").token == found.token


def test_it_takes_a_code_once(entrance: Entrance) -> None:
    attempt = entrance.begin()
    back = entrance.visit(attempt.url)
    entrance.finish(attempt, back)

    with pytest.raises(SignInFailed):
        entrance.finish(attempt, back)


def test_it_holds_us_to_the_verifier_and_we_it_to_the_nonce(entrance: Entrance) -> None:
    for name in ("code_verifier", "nonce"):
        attempt = entrance.begin()
        back = entrance.visit(attempt.url)
        attempt.state["flow"][name] = "x" * 43

        with pytest.raises(SignInFailed):
            entrance.finish(attempt, back)


def test_the_state_comes_back_as_it_was(entrance: Entrance) -> None:
    one, other = entrance.begin(), entrance.begin()

    with pytest.raises(SignInExpired):
        entrance.finish(one, entrance.visit(other.url))


def test_who_goes_back_has_cancelled(entrance: Entrance) -> None:
    attempt = entrance.begin()

    with pytest.raises(SignInCancelled):
        entrance.finish(attempt, entrance.visit(attempt.url, cancel=True))


def test_a_wrong_secret_is_ours_to_mend(provider: str, certificates: Certificates, entrance: Entrance) -> None:
    env = environment(None, **settings(provider, certificates, ENTRA_CLIENT_SECRET="wrong"))
    entrance.sign_in = connect(env, StandingClock(NOW)).sign_in
    attempt = entrance.begin()

    with pytest.raises(Denied):
        entrance.finish(attempt, entrance.visit(attempt.url))
