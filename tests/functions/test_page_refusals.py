"""Whatever is refused to somebody in a browser: a page with its status, its sentence and a next step."""

import logging
from collections.abc import Callable

import azure.functions as func
import pytest

from functions.edge import Handler
from functions.pages import page_endpoint, pages_at, see_other, show
from shared.domain.errors import ConsentNeeded, NotFound, Refusal, SignedOut, SignInTooOld, TooManyRequests
from shared.ports import StorageUnavailable
from shared.services import Services
from tests.world import World, environment

SECRET = "s3cr3t-v4lu3"


@pytest.fixture(scope="module")
def outside() -> Services:
    return World(environment()).services


def asked(url: str, **headers: str) -> func.HttpRequest:
    return func.HttpRequest("GET", f"https://licensing.vendor.example{url}", headers=headers, body=b"")


def raising(outside: Services, error: Exception, at: str = "") -> Handler:
    @page_endpoint(lambda: outside, at)
    def refuses(_req: func.HttpRequest, _outside: Services) -> func.HttpResponse:
        raise error

    return refuses


def text(response: func.HttpResponse) -> str:
    assert response.mimetype == "text/html"
    return response.get_body().decode()


@pytest.mark.parametrize(
    ("refusal", "status", "leads"),
    [
        (SignedOut(), 401, 'href="/sign-in?then=/fr/seats"'),
        (SignInTooOld(), 401, 'href="/sign-in?then=/fr/seats"'),
        (ConsentNeeded(), 403, 'href="/sign-in?then=/fr/seats&amp;permission=directory"'),
        (NotFound(), 404, 'href="/fr/seats"'),
        (TooManyRequests(7), 429, 'href="/fr/seats"'),
    ],
)
def test_a_refusal_has_a_next_step_in_the_language_of_the_page(
    outside: Services, refusal: Refusal, status: int, leads: str
) -> None:
    response = raising(outside, refusal)(asked("/fr/seats"))

    assert (response.status_code, leads in text(response)) == (status, True)
    assert 'lang="fr"' in text(response)
    assert response.headers.get("Retry-After") == ("7" if status == 429 else None)


def test_what_is_out_of_reach_is_noted_and_can_be_tried_again(
    outside: Services, caplog: pytest.LogCaptureFixture
) -> None:
    response = raising(outside, StorageUnavailable())(asked("/seats", cookie=f"__Secure-session={SECRET}"))

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert [record.name for record in caplog.records] == ["license_server"]


def test_a_surprise_gets_a_page_that_tells_nothing_of_it(outside: Services, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        response = raising(outside, ValueError(SECRET))(asked("/seats"))

    assert (response.status_code, "It was noted." in text(response)) == (500, True)
    assert "ValueError" in caplog.text
    assert SECRET not in text(response) + caplog.text


def test_a_page_without_an_address_of_its_own_leads_elsewhere(outside: Services) -> None:
    response = raising(outside, SignedOut(), at="/")(asked(f"/sign-in/callback?code={SECRET}"))

    assert 'href="/sign-in?then=/"' in text(response)
    assert 'href="/de"' in text(response)
    assert SECRET not in text(response)


def test_a_template_that_lacks_something_is_a_surprise_and_no_half_page(outside: Services) -> None:
    @page_endpoint(lambda: outside)
    def forgets(req: func.HttpRequest, outside: Services) -> func.HttpResponse:
        return show(req, outside, "privacy.html")

    response = forgets(asked("/privacy"))

    assert response.status_code == 500
    assert "<table" not in text(response)


def test_a_page_is_registered_at_its_route_and_in_each_language(outside: Services) -> None:
    functions = func.Blueprint()

    @pages_at(functions, lambda: outside, "things", "things", ["GET", "POST"])
    def things(_req: func.HttpRequest, _outside: Services) -> func.HttpResponse:
        return see_other("/elsewhere", "a=1", "b=2")

    app = func.FunctionApp()
    app.register_functions(functions)
    made: dict[str, Callable[[func.HttpRequest], func.HttpResponse]] = {
        str(function.get_function_name()): function.get_user_function() for function in app.get_functions()
    }
    assert made.keys() == {"things", "things_en", "things_de", "things_fr"}
    answer = made["things_fr"](asked("/fr/things"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/elsewhere")
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
