"""The README's own commands, tried."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import jwt
import pytest
import requests

from dev import people
from dev.host import Host, running
from functions import create_app
from shared.operations.assign_seat import assign_seat
from shared.signing import bind
from tests.docs.pages import fences, read
from tests.paddle import Subscription, deliver
from tests.world import BOB, World

LOCALLY = "http://localhost:7071"

[asked] = [block for block in fences(read("README.md"), "sh") if block.startswith("curl")]


@dataclass(frozen=True)
class Curl:
    """What a curl command line asks; options beyond those that the README uses are refused."""

    url: str
    headers: dict[str, str]
    body: str

    @classmethod
    def read(cls, line: str) -> "Curl":
        words = iter(shlex.split(line))
        assert next(words) == "curl"
        url, headers, body = "", {}, ""
        for word in words:
            match word:
                case "-s":
                    continue
                case "-H":
                    name, _, value = next(words).partition(": ")
                    headers[name] = value
                case "-d":
                    body = next(words)
                case _:
                    assert not word.startswith("-")
                    url = word
        return cls(url, headers, body)

    def run(self, base: str) -> requests.Response:
        assert self.url.startswith(LOCALLY)
        target = self.url.replace(LOCALLY, base)
        return requests.post(target, data=self.body.encode(), headers=self.headers, timeout=10)


@pytest.fixture
def base(world: World) -> Iterator[str]:
    """The app on the local host, with Bob in a seat."""
    bought = Subscription(reference=world.checkout())
    deliver(world, *bought.bought())
    assign_seat(world.services, bought.partition, BOB)
    host = Host(create_app(lambda: world.services), host_json=json.loads(read("host.json")), clock=world.clock)
    with running(host) as served:
        yield served


def test_the_curl_of_the_readme_answers_with_a_license_that_verifies(base: str, world: World) -> None:
    question = Curl.read(asked)
    answer = question.run(base).json()

    keys = jwt.PyJWKSet.from_dict(requests.get(f"{base}/.well-known/jwks.json", timeout=10).json())
    kid = jwt.get_unverified_header(answer["license"])["kid"]
    claims = jwt.decode(
        answer["license"],
        keys[kid],
        algorithms=["ES256"],
        audience=world.services.audience,
        issuer=world.services.issuer,
        options={"verify_exp": False, "verify_iat": False},
    )

    assert answer["code"] == claims["code"] == "LICENSED"
    assert claims["sub"] == bind(claims["salt"], json.loads(question.body)["email"])


def test_the_curl_of_the_readme_asks_as_the_demo_organisations_bob() -> None:
    assert json.loads(Curl.read(asked).body)["email"] in people.BOB.addresses


def test_another_address_gets_an_answer_that_looks_the_same(base: str) -> None:
    question = Curl.read(asked.replace("bob@", "nobody@"))
    answer = question.run(base)

    assert answer.status_code == 200
    assert answer.json().keys() == {"code", "license"}
    assert answer.json()["code"] == "NO_LICENSE"
    assert len(jwt.decode(answer.json()["license"], options={"verify_signature": False})) == 9


def test_the_readme_stays_a_page_that_one_reads() -> None:
    assert len(read("README.md").splitlines()) <= 120
