"""A stand-in for the platform's identity endpoint, on loopback, as App Service documents it."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

from dev.azurite import HOST
from tests.storage.wire import Answer, serving

STORAGE = "https://storage.azure.com"


@dataclass
class IdentityStandIn:
    """Hands out tokens that Azurite takes for Entra's, or whatever ``instead`` says."""

    header: str = "proof-that-we-are-the-app"
    client_id: str = "00000000-0000-4000-8000-00000000000a"
    audience: str = STORAGE
    lasts: float = 3600
    instead: Answer | None = None
    asked: list[Mapping[str, list[str]]] = field(default_factory=list)
    url: str = ""

    def environment(self) -> dict[str, str]:
        """What the platform sets."""
        return {"IDENTITY_ENDPOINT": self.url, "IDENTITY_HEADER": self.header, "AZURE_CLIENT_ID": self.client_id}

    def answer(self, header: str | None, query: Mapping[str, list[str]]) -> Answer:
        self.asked.append(query)
        wanted = {"api-version": ["2019-08-01"], "resource": [STORAGE], "client_id": [self.client_id]}
        if header != self.header or query != wanted:
            return Answer(400, {}, b'{"statusCode": 400, "message": "not as documented"}')
        return self.instead or Answer(200, {"Content-Type": "application/json"}, json.dumps(self.token()).encode())

    def token(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {"iss": "https://sts.windows.net/tenant/", "aud": self.audience, "iat": now, "nbf": now}
        ends = now + self.lasts
        return {
            "access_token": jwt.encode({**claims, "exp": ends}, "k" * 32),
            "expires_on": str(int(ends)),
            "resource": STORAGE,
            "token_type": "Bearer",
            "client_id": self.client_id,
        }


@contextmanager
def identity_endpoint() -> Iterator[IdentityStandIn]:
    stand_in = IdentityStandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path != "/msi/token":
                answer = Answer(404)
            else:
                answer = stand_in.answer(self.headers.get("X-IDENTITY-HEADER"), parse_qs(url.query))
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

    with serving(Handler) as port:
        stand_in.url = f"http://{HOST}:{port}/msi/token"
        yield stand_in
