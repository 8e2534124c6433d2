"""An application that signs people in at the stand-in for Entra by MSAL, and somebody at a browser."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import msal
import requests

from dev.entra import Entra
from dev.entra.visitor import Visitor

PUBLISHER = "0a1b2c3d-0000-4000-8000-000000000001"
CLIENT = "0a1b2c3d-0000-4000-8000-0000000000c1"
SECRET = "correct horse"
CALLBACK = "http://localhost:7071/sign-in/callback"
HOME = "http://localhost:7071/"
READ, SEARCH = "User.Read", "User.ReadBasic.All"
SECONDS = 10


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


class App:
    """``cache`` is what MSAL keeps."""

    def __init__(self, entra: Entra, session: requests.Session, visitor: Visitor) -> None:
        self.entra, self.session, self.visitor = entra, session, visitor
        self.cache = msal.SerializableTokenCache()

    def client(self, authority: str = "common") -> msal.ConfidentialClientApplication:
        return msal.ConfidentialClientApplication(
            CLIENT,
            authority=f"{self.entra.base}/{authority}",
            client_credential=SECRET,
            http_client=self.session,
            instance_discovery=False,
            token_cache=self.cache,
        )

    def begin(self, *scopes: str, authority: str = "common", **how: Any) -> dict[str, Any]:  # noqa: ANN401 - MSAL's
        with warnings.catch_warnings():
            # MSAL would have form_post, which no cookie that is Lax comes along with.
            warnings.simplefilter("ignore")
            flow: dict[str, Any] = self.client(authority).initiate_auth_code_flow(
                list(scopes or (READ,)), redirect_uri=CALLBACK, **how
            )
        return flow

    def come_back(self, who: str, *scopes: str, answer: str = "accept", **how: Any) -> dict[str, str]:  # noqa: ANN401
        """What the application is called back with."""
        flow = self.begin(*scopes, **how)
        return query_of(self.visitor.sign_in(flow["auth_uri"], self.entra.state.directory.find(who), answer))

    def sign_in(self, who: str, *scopes: str, authority: str = "common") -> dict[str, Any]:
        """What MSAL makes of it."""
        flow = self.begin(*scopes, authority=authority)
        back = self.visitor.sign_in(flow["auth_uri"], self.entra.state.directory.find(who))
        made: dict[str, Any] = self.client(authority).acquire_token_by_auth_code_flow(flow, query_of(back))
        return made

    def silently(self, *scopes: str) -> dict[str, Any]:
        """Tokens that are asked for anew, without anybody."""
        client = self.client()
        [account] = client.get_accounts()
        made: dict[str, Any] = client.acquire_token_silent_with_error(list(scopes or (READ,)), account, None, True)  # noqa: FBT003 - MSAL's
        return made

    def redeem(self, **changed: str) -> requests.Response:
        form = {"client_id": CLIENT, "client_secret": SECRET, "redirect_uri": CALLBACK, **changed}
        return self.session.post(f"{self.entra.base}/common/oauth2/v2.0/token", data=form, timeout=SECONDS)

    def verified(self, token: str, audience: str = CLIENT) -> dict[str, Any]:
        """Checked as an application should."""
        url = f"{self.entra.base}/common/discovery/v2.0/keys"
        keys = {key["kid"]: key for key in self.session.get(url, timeout=SECONDS).json()["keys"]}
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims: dict[str, Any] = jwt.decode(token, jwt.PyJWK(key, "RS256"), ["RS256"], audience=audience)
        assert claims["iss"] == key["issuer"].replace("{tenantid}", claims["tid"])
        return claims


@contextmanager
def app_at(entra: Entra) -> Iterator[App]:
    """With a directory as at first, and a browser that nobody used yet."""
    entra.clear()
    entra.play.start_over()
    entra.asked.clear()
    entra.register(CLIENT, PUBLISHER, SECRET, name="Mail merge", redirect_uris=[CALLBACK, HOME])
    with requests.Session() as session, Visitor() as visitor:
        session.trust_env = False
        session.verify = str(entra.certificates.ca)
        yield App(entra, session, visitor)


class _Buttons(HTMLParser):
    """The names of a page's buttons, as whoever cannot see it hears them."""

    def __init__(self, page: requests.Response) -> None:
        super().__init__()
        self.names: list[str] = []
        self._inside = False
        self.feed(page.text)

    def handle_starttag(self, tag: str, _: object) -> None:
        self._inside = tag == "button"

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "button"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.names.append(data)


def buttons(page: requests.Response) -> list[str]:
    return _Buttons(page).names


def number_in(answer: dict[str, str]) -> str:
    return answer["error_description"].partition(":")[0]
