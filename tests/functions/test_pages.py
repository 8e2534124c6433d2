"""What holds for every page there is: whose it is, what it may load, and that nothing in it is markup by accident."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from dev.azurite import Azurite
from functions.caller import Session, session_cookie
from functions.pages import LANGUAGES
from tests.functions.reading import policy, read
from tests.functions.serving import serving
from tests.functions.test_routes import PAGES, Request, name_of
from tests.runtime.asking import Answer, Headers, ask
from tests.world import ALICE, NOON, World, environment

BROWSER: Headers = [("Accept", "text/html")]
FATHOM = {"FATHOM_SITE_ID": "ABCDEFGH", "FATHOM_SCRIPT_URL": "https://cdn-eu.usefathom.com/script.js"}
PUBLIC = ["/", "/buy", "/privacy"]
COUNTED = "https://cdn-eu.usefathom.com"

EVERY = [
    Request("GET", "/"),
    Request("GET", "/fr"),
    Request("GET", "/nothing", 404),
    *(request for requests in PAGES.values() for request in requests),
]

IN_EACH_LANGUAGE = [
    replace(request, path=f"/{language}{request.path}")
    for language in LANGUAGES
    for requests in PAGES.values()
    for request in requests
]


def asked(base: str, request: Request, headers: Headers = ()) -> Answer:
    answer = ask(base, request.method, request.path, [*BROWSER, *request.headers, *headers], request.body)
    assert answer.status == request.status
    return answer


@pytest.fixture(scope="module")
def marked(azurite: Azurite) -> Iterator[str]:
    """The app of a vendor who has markup in every text, and counts visits."""
    texts = ("PRODUCT_NAME", "VENDOR_NAME", "VENDOR_COUNTRY", "HOME_NOTICE")
    world = World(environment(azurite, **FATHOM, **{name: f"<b>{name}</b>\"'&amp;" for name in texts}))
    with serving(lambda: world.services) as url:
        yield url


@pytest.mark.parametrize("request_", EVERY, ids=name_of)
def test_a_page_may_load_nothing_but_itself(quiet: str, request_: Request) -> None:
    answer = asked(quiet, request_)

    allowed = policy(answer)
    assert allowed["default-src"] == allowed["base-uri"] == allowed["frame-ancestors"] == ["'none'"]
    assert allowed["form-action"] == ["'self'"]
    assert "unsafe" not in str(allowed)
    assert answer.header("cross-origin-opener-policy")[0].startswith("same-origin")
    assert answer.header("cross-origin-resource-policy") == ["same-origin"]
    assert "camera=()" in answer.header("permissions-policy")[0]
    assert answer.header("cache-control") == ["no-store"]


@pytest.mark.parametrize("request_", EVERY, ids=name_of)
def test_scripts_and_styles_are_let_in_by_a_number_that_no_other_answer_has(quiet: str, request_: Request) -> None:
    answers = [asked(quiet, request_) for _ in range(2)]
    nonces = [re.findall(r"'nonce-([\w-]{22})'", answer.header("content-security-policy")[0]) for answer in answers]

    assert {len(set(found)) for found in nonces} == {1}
    assert nonces[0][0] != nonces[1][0]
    page = read(answers[0])
    inline = page.all("style") + page.all("script")
    assert {element.attrib["nonce"] for element in inline} == {nonces[0][0]}
    assert not any(name == "style" or name.startswith("on") for element in page.root.iter() for name in element.attrib)


@pytest.mark.parametrize("request_", EVERY, ids=name_of)
def test_a_page_brings_everything_along(quiet: str, request_: Request) -> None:
    page = read(asked(quiet, request_))

    loaded = [element.attrib["src"] for element in page.root.iter() if "src" in element.attrib]
    loaded += [element.attrib["href"] for element in page.all("link") if element.attrib["rel"] != "canonical"]
    assert [address for address in loaded if not address.startswith("data:image/svg+xml,")] == []
    assert len(page.text("style")) < 12_000


@pytest.mark.parametrize("request_", EVERY, ids=name_of)
def test_a_page_names_who_is_responsible_and_leads_to_them(quiet: str, request_: Request) -> None:
    page = read(asked(quiet, request_))

    assert "Vendor OÜ, Estonia" in page.text("footer")
    assert {
        "https://vendor.example/support",
        "https://vendor.example/privacy",
        "https://vendor.example/privacy/changes",
        "https://vendor.example/dpa",
    } <= {*page.links()}


@pytest.mark.parametrize("request_", [*EVERY, *IN_EACH_LANGUAGE], ids=name_of)
def test_a_page_is_well_formed_and_has_one_heading_and_a_title_of_its_own(quiet: str, request_: Request) -> None:
    page = read(asked(quiet, request_))

    assert page.errors == []
    assert page.text("title") == f"{page.text('h1')} – Mail Merge"
    ids = [element.attrib["id"] for element in page.root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    levels = [int(element.tag[-1]) for element in page.root.iter() if re.search(r"}h[1-6]$", str(element.tag))]
    assert all(below - above <= 1 for above, below in pairwise(levels))


@pytest.mark.parametrize("request_", EVERY, ids=name_of)
def test_markup_in_a_setting_is_text(marked: str, request_: Request) -> None:
    answer = asked(marked, request_)

    page = read(answer)
    assert page.errors == []
    assert page.all("b") == []
    assert "<b>VENDOR_NAME</b>\"'&amp;" in page.text("footer")


@pytest.mark.parametrize(
    "name", ["<b>Alice</b>", "\"'><script>1</script>", "\u202egpj.exe", "{{ 7 * 7 }}", "%(name)s %", "👩‍💻"]
)
def test_a_name_is_text_and_changes_nothing_around_it(quiet: str, quiet_world: World, name: str) -> None:
    session = Session(ALICE.person, name, ALICE.addresses, NOON)
    cookie = session_cookie(quiet_world.services, session).partition(";")[0]

    page = read(ask(quiet, "GET", "/privacy", [*BROWSER, ("Cookie", cookie)]))

    assert page.errors == []
    [shown] = page.all("bdi")
    assert shown.text == name
    [form] = page.all("form")
    assert (form.attrib["action"], form.attrib["method"]) == ("/sign-out", "post")
    assert [field.attrib["value"] for field in page.all("input")] == [session.csrf, "/"]


@pytest.mark.parametrize("request_", EVERY, ids=name_of)
def test_only_public_pages_are_counted_and_found(marked: str, request_: Request) -> None:
    answer = asked(marked, request_)

    public = request_.path in [*PUBLIC, "/fr"] and request_.method == "GET"
    page = read(answer)
    robots = [element for element in page.all("meta") if element.attrib.get("name") == "robots"]
    assert (robots == []) is public
    assert (COUNTED in answer.body.decode()) is public
    allowed = policy(answer)
    assert (COUNTED in allowed["img-src"], COUNTED in allowed.get("connect-src", [])) == (public, public)
    assert COUNTED not in str(allowed["script-src"])


@pytest.mark.parametrize("path", ["/?email=bob@contoso.example", "/privacy?utm_source=bob", "/fr/?x"])
def test_whatever_stands_in_an_address_is_not_passed_on(marked: str, path: str) -> None:
    assert COUNTED not in str(asked(marked, Request("GET", path)).body)


def test_what_is_counted_is_the_bare_address(marked: str) -> None:
    page = read(asked(marked, Request("GET", "/privacy")))

    [script] = [element for element in page.all("script") if "src" in element.attrib]
    assert (script.attrib["data-site"], script.attrib["data-auto"]) == ("ABCDEFGH", "false")
    [call] = [element.text for element in page.all("script") if "src" not in element.attrib]
    told = '{"referrer": "https://licensing.vendor.example", "url": "https://licensing.vendor.example/privacy"}'
    assert call == f"window.fathom?.trackPageview({told});"


def test_a_notice_is_shown_on_the_first_page(quiet: str, marked: str) -> None:
    assert "<b>HOME_NOTICE</b>" in read(asked(marked, Request("GET", "/"))).text("main")
    assert "HOME_NOTICE" not in read(asked(marked, Request("GET", "/privacy"))).text()
    assert "notice" not in {
        element.attrib.get("class") for element in read(asked(quiet, Request("GET", "/"))).all("div")
    }


def test_nobody_is_counted_unless_it_is_switched_on(quiet: str) -> None:
    assert "fathom" not in asked(quiet, Request("GET", "/")).body.decode().lower()


ASKED_FOR = [
    ("/privacy", None, "en"),
    ("/privacy", "", "en"),
    ("/privacy", "de", "de"),
    ("/privacy", "de-AT,en;q=0.5", "de"),
    ("/privacy", "fr-CA;q=0.3, de;q=0.9", "de"),
    ("/privacy", "fr;q=0, en", "en"),
    ("/privacy", "es, it", "en"),
    ("/privacy", "es, fr;q=0.1", "fr"),
    ("/privacy", "*", "en"),
    ("/privacy", ";;q=x,\t,de;q=nan", "en"),
    ("/fr/privacy", "de", "fr"),
    ("/FR/Privacy/", "de", "fr"),
    ("/en/privacy", "de", "en"),
    ("/de", "fr", "de"),
    ("/", "fr", "fr"),
    ("/nothing", "fr", "fr"),
]


@pytest.mark.parametrize(("path", "accepted", "language"), ASKED_FOR)
def test_a_page_speaks_the_language_of_its_path_else_the_browsers(
    quiet: str, path: str, accepted: str | None, language: str
) -> None:
    headers = [("Accept", "text/html"), *([("Accept-Language", accepted)] if accepted is not None else [])]
    answer = ask(quiet, "GET", path, headers)

    assert read(answer).root.attrib["lang"] == language
    assert answer.header("content-language") == [language]
    assert answer.header("set-cookie") == []


def test_links_keep_a_language_that_was_chosen_by_path(quiet: str) -> None:
    chosen, asked_for = (read(ask(quiet, "GET", path, [("Accept-Language", "fr")])) for path in ("/fr", "/"))

    def ours(links: list[str]) -> set[str]:
        return {urlsplit(link).path for link in links if link.startswith("/")} - {"/en", "/de", "/fr", "/sign-in"}

    assert ours(chosen.links()) == {"/fr/buy", "/fr/seats", "/fr/account", "/fr/privacy"}
    assert ours(asked_for.links()) == {"/", "/buy", "/seats", "/account", "/privacy"}
    assert "/sign-in?then=/fr" in chosen.links()


@pytest.mark.parametrize("path", ["/privacy", "/fr/privacy"])
def test_each_page_leads_to_itself_in_each_language(quiet: str, path: str) -> None:
    page = read(ask(quiet, "GET", path))

    named = {
        element.attrib["hreflang"]: element.attrib["href"] for element in page.all("a") if "hreflang" in element.attrib
    }
    assert named == {"en": "/en/privacy", "de": "/de/privacy", "fr": "/fr/privacy"}
