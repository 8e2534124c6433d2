"""Signing in on our pages: there and back over HTTP, with browsers that keep cookies, and what it leaves behind."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from functions.caller import BEGUN, BUYING, LANDING, SESSION
from shared.domain.errors import SignedOut
from shared.domain.people import Person
from shared.domain.rights import Visitor
from shared.operations.erase_account import erase_account
from shared.operations.use_token import graph_token
from shared.ports import Change
from shared.storage import keys
from tests.functions.sentinels import Sinks
from tests.paddle import Subscription, deliver
from tests.runtime.asking import Answer, ask
from tests.signing_in import Browser, Directories, Office, Opener, as_assignee
from tests.world import WorldMaker

FLOW = "__Secure-flow-"


@pytest.fixture
def browser(opened: Office) -> Browser:
    return opened.browser()


def text(answer: Answer) -> str:
    return answer.body.decode()


def session(opened: Office, browser: Browser) -> dict[str, Any]:
    """What the session's cookie holds."""
    sealed = browser.cookies[f"__Secure-{SESSION}"]
    content = opened.world.services.sealer.open(SESSION, sealed, timedelta(minutes=60))
    assert content is not None
    return content


def rows(opened: Office) -> dict[str, list[str]]:
    """The keys of what is stored, by table."""
    return {table: [row["RowKey"] for row in found] for table, found in opened.world.rows().items() if found}


def account(opened: Office) -> dict[str, Any]:
    [found] = [row for row in opened.world.rows()["accounts"] if row["RowKey"] == "account"]
    return found


def has_token(opened: Office) -> bool:
    return "token" in [row["RowKey"] for row in opened.world.rows()["accounts"]]


def visitor(opened: Office, browser: Browser) -> Visitor:
    """Who is signed in there."""
    told = session(opened, browser)
    return Visitor(Person(*told["p"]), opened.world.clock(), told["a"], told["r"])


def bought_for(opened: Office, who: str) -> str:
    """A subscription that somebody bought for their organisation; its name."""
    subscription = Subscription(opened.world.checkout(as_assignee(opened.find(who))))
    deliver(opened.world, *subscription.bought())
    return subscription.partition


# There and back.


def test_who_signs_in_comes_back_to_where_they_were(opened: Office, browser: Browser) -> None:
    back = browser.sign_in(opened.find("Bob"), "/fr/account")

    assert (back.status, back.header("location")) == (303, ["/fr/account"])
    assert back.header("cache-control") == ["no-store"]
    assert back.header("referrer-policy") == ["no-referrer"]
    told = session(opened, browser)
    assert (told["n"], told["m"]) == ("Bob Bee", ["bob@contoso.example", "b.bee@contoso.example"])
    assert not any(name.startswith(FLOW) for name in browser.cookies)


def test_a_page_knows_who_is_signed_in(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Bob"), "/privacy")

    assert "<bdi>Bob Bee</bdi>" in text(browser.get("/privacy"))


def test_every_cookie_is_strictly_technical(opened: Office, browser: Browser) -> None:
    begun = browser.get("/sign-in?then=/account")
    back = browser.come_back(browser.microsoft.sign_in(begun.header("location")[0], opened.find("Alice")))

    for cookie in (*begun.header("set-cookie"), *back.header("set-cookie")):
        value, *attributes = cookie.split("; ")
        assert re.fullmatch(r"__Secure-(session|flow-[\w-]{8})=[\w-]*", value)
        assert len(cookie) < 1024
        told = {each.lower() for each in attributes}
        # The worker adds an empty domain.
        assert {each.partition("=")[0] for each in told} - {"domain"} == {
            "max-age",
            "path",
            "httponly",
            "samesite",
            "secure",
        }
        assert {"samesite=lax", "path=/"} <= told


@pytest.mark.parametrize("then", ["//evil.example", "https:evil.example", "\\evil.example", "/%2f%2fevil.example", "x"])
def test_nobody_is_led_elsewhere(opened: Office, browser: Browser, then: str) -> None:
    back = browser.sign_in(opened.find("Bob"), then)

    assert back.header("location") == ["/"]


def test_what_was_begun_at_one_instance_is_finished_at_another(opened: Office, browser: Browser) -> None:
    back = browser.microsoft.sign_in(browser.begin("/seats"), opened.find("Bob"))
    browser.base = opened.other_base

    assert browser.come_back(back).header("location") == ["/seats"]


def test_tabs_do_not_disturb_each_other(opened: Office, browser: Browser) -> None:
    one, other = browser.begin("/seats"), browser.begin("/account")

    assert browser.come_back(browser.microsoft.sign_in(one, opened.find("Bob"))).header("location") == ["/seats"]
    assert browser.come_back(browser.microsoft.sign_in(other, opened.find("Bob"))).header("location") == ["/account"]


def test_a_form_in_another_tab_can_be_sent_after_signing_in_again_but_not_as_somebody_else(
    opened: Office, browser: Browser
) -> None:
    browser.sign_in(opened.find("Bob"), "/account")
    token = csrf(opened, browser)

    browser.sign_in(opened.find("Bob"), "/seats")
    assert browser.post("/account", csrf=token, do="copy").status == 200

    browser.sign_in(opened.find("Mallory"), "/account", choose="1")
    assert browser.post("/account", csrf=token, do="copy").status == 403


def test_attempts_that_nobody_finished_do_not_pile_up(opened: Office, browser: Browser) -> None:
    for _ in range(20):
        last = browser.begin("/seats")
        assert sum(name.startswith(FLOW) for name in browser.cookies) <= 5

    assert browser.come_back(browser.microsoft.sign_in(last, opened.find("Bob"))).header("location") == ["/seats"]


@pytest.mark.parametrize("header", [("Sec-Purpose", "prefetch"), ("Purpose", "prefetch"), ("X-Moz", "prefetch")])
def test_what_a_browser_fetches_ahead_breaks_nothing(opened: Office, browser: Browser, header: tuple[str, str]) -> None:
    address = browser.begin("/seats")
    browser.get("/sign-in?then=/account", dict([header]))

    assert browser.come_back(browser.microsoft.sign_in(address, opened.find("Bob"))).header("location") == ["/seats"]


def test_who_only_asks_what_is_there_is_told_and_begins_nothing(browser: Browser, opened: Office) -> None:
    answer = ask(opened.base, "HEAD", "/sign-in?then=/seats")

    assert (answer.status, answer.header("allow"), answer.header("set-cookie")) == (405, ["GET"], [])
    assert browser.cookies == {}


def test_another_account_can_be_asked_for(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Bob"))

    assert parse_qs(urlsplit(browser.begin(choose="1")).query)["prompt"] == ["select_account"]
    assert "prompt" not in parse_qs(urlsplit(browser.begin()).query)


# Every other way ends on a page.


def assert_page(answer: Answer, status: int, says: str, leads_to: str) -> None:
    assert answer.status == status
    assert answer.header("content-type")[0].startswith("text/html")
    assert says in text(answer)
    assert f'href="{leads_to}"' in text(answer)
    assert f"__Secure-{SESSION}=" not in str(answer.header("set-cookie"))


def test_an_answer_is_taken_once(opened: Office, browser: Browser) -> None:
    back = browser.microsoft.sign_in(browser.begin("/seats"), opened.find("Bob"))
    kept = dict(browser.cookies)
    browser.come_back(back)

    assert_page(browser.come_back(back), 400, "has expired or was used already", "/sign-in?then=/")
    # Also for whoever kept the cookie.
    browser.cookies = kept
    assert_page(browser.come_back(back), 400, "has expired or was used already", "/sign-in?then=/seats")


def test_an_attempt_is_good_for_ten_minutes(opened: Office, browser: Browser) -> None:
    late, in_time = (browser.microsoft.sign_in(browser.begin(), opened.find("Bob")) for _ in range(2))
    opened.advance(minutes=10)
    assert browser.come_back(in_time).status == 303

    opened.advance(seconds=1)
    assert_page(browser.come_back(late), 400, "has expired or was used already", "/sign-in?then=/")


def test_the_answer_to_somebody_elses_attempt_signs_nobody_in(opened: Office, browser: Browser) -> None:
    mallory = opened.browser()
    hers = mallory.microsoft.sign_in(mallory.begin(), opened.find("Mallory"))

    assert_page(browser.come_back(hers), 400, "has expired or was used already", "/sign-in?then=/")

    # Nor with her state's cookie under the name of an own attempt.
    mine = parse_qs(urlsplit(browser.begin()).query)["state"][0]
    [(_, sealed)] = [pair for pair in mallory.cookies.items() if pair[0].startswith(FLOW)]
    browser.cookies[f"{FLOW}{mine[:8]}"] = sealed
    assert browser.get(f"/sign-in/callback?code=x&state={mine}").status == 400


@pytest.mark.parametrize(
    "query",
    [
        *("", "?", "?code=x", "?state=x", "?code=x&state=", f"?code=x&state={'é' * 9}", "?state=../../etc&error=x"),
        *("?error=access_denied", "?code=%00&state=%0d%0a", f"?state={'x' * 7000}", "?state=flow-&code=1"),
    ],
)
def test_callbacks_of_nobodys_get_a_page(browser: Browser, query: str) -> None:
    browser.begin()

    assert_page(browser.get(f"/sign-in/callback{query}"), 400, "has expired or was used already", "/sign-in?then=/")


@pytest.mark.parametrize("cookie", ["x", "", "gAAAA", "e30", "=" * 50])
def test_forged_cookies_are_none(opened: Office, browser: Browser, cookie: str) -> None:
    back = browser.microsoft.sign_in(browser.begin(), opened.find("Bob"))
    browser.cookies = dict.fromkeys(browser.cookies, cookie)

    assert_page(browser.come_back(back), 400, "has expired or was used already", "/sign-in?then=/")


def test_a_session_is_no_attempt_and_an_attempt_no_session(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Bob"))
    sealed = browser.cookies[f"__Secure-{SESSION}"]
    state = parse_qs(urlsplit(browser.begin()).query)["state"][0]
    name = f"{FLOW}{state[:8]}"
    browser.cookies = {name: sealed, f"__Secure-{SESSION}": browser.cookies[name]}

    assert browser.get(f"/sign-in/callback?code=x&state={state}").status == 400
    assert browser.get("/seats").status == 401


def test_who_goes_back_from_microsoft_is_led_on(opened: Office, browser: Browser) -> None:
    address = browser.begin("/seats")
    back = browser.microsoft.press(address, action="cancel").headers["Location"]

    answer = browser.come_back(back)

    assert_page(answer, 400, "You have not gone on", "/sign-in?then=/seats")
    assert 'href="/sign-in?then=/seats&amp;choose=1"' in text(answer)
    assert opened.world.rows()["accounts"] == []


@pytest.mark.parametrize(
    ("number", "status", "says"),
    [
        (90094, 403, "Your organisation has a say in this"),
        (50020, 400, "another account"),
        (53003, 400, "did not work"),
        (1, 400, "did not work"),
    ],
)
def test_what_microsoft_refuses_is_said_in_our_words(
    opened: Office, browser: Browser, number: int, status: int, says: str
) -> None:
    opened.entra.play.say(number, "authorize")
    back = browser.microsoft.visit(browser.begin("/seats")).headers["Location"]

    answer = browser.come_back(back)

    assert_page(answer, status, says, "/sign-in?then=/seats")
    assert "AADSTS" not in text(answer)
    assert ("/organizations/v2.0/adminconsent" in text(answer)) is (number == 90094)


@pytest.mark.parametrize("kind", ["nonce", "signature", "audience", "expired", "garbage"])
def test_a_token_that_is_not_right_gets_a_page(opened: Office, browser: Browser, kind: str) -> None:
    opened.entra.play.misbehave(kind)

    assert_page(browser.sign_in(opened.find("Alice"), "/seats"), 400, "did not work", "/sign-in?then=/seats")


@pytest.mark.parametrize("match", ["openid-configuration", "/token", "/keys"])
def test_while_entra_is_away_a_page_asks_to_come_again(opened: Office, browser: Browser, match: str) -> None:
    opened.entra.faults.add("500", where="answers", match=match)

    if match == "openid-configuration":
        answer = browser.get("/sign-in?then=/seats")
        assert_page(answer, 503, "Try again later", "/")
    else:
        answer = browser.sign_in(opened.find("Alice"), "/seats")
        assert_page(answer, 503, "Try again later", "/sign-in?then=/seats")
    assert answer.header("retry-after") == ["5"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "500"}, 503),
        ({"kind": "503", "seconds": 17}, 503),
        ({"kind": "429", "seconds": 17}, 503),
        ({"kind": "reset"}, 503),
        ({"kind": "malformed"}, 503),
        ({"kind": "expired"}, 400),
    ],
    ids=str,
)
def test_while_graph_is_away_nobody_is_half_signed_in(
    opened: Office, browser: Browser, fault: dict[str, Any], status: int
) -> None:
    opened.graph.faults.add(where="answers", match="$batch", **fault)

    answer = browser.sign_in(opened.find("Alice"), "/buy")

    assert_page(answer, status, "<h1>", "/sign-in?then=/buy")
    if "seconds" in fault:
        assert answer.header("retry-after") == ["17"]
    assert rows(opened) == {}


# What it leaves behind (P05, P35).


@pytest.mark.parametrize("then", ["/", "/seats", "/account", "/privacy", "/fr/seats"])
@pytest.mark.parametrize("who", ["Alice", "Bob", "Mallory", "Pat"])
def test_who_only_visits_leaves_nothing(opened: Office, browser: Browser, who: str, then: str) -> None:
    browser.sign_in(opened.find(who), then)

    assert session(opened, browser)["a"] == ""
    assert rows(opened) == {}


@pytest.mark.parametrize("then", ["/buy", "/landing", "/de/buy"])
@pytest.mark.parametrize("who", ["Alice", "Pat"])
def test_who_buys_or_activates_has_an_account_and_a_token(
    opened: Office, browser: Browser, who: str, then: str
) -> None:
    browser.sign_in(opened.find(who), then)

    held = account(opened)
    assert session(opened, browser)["a"] == held["PartitionKey"]
    assert (held["tenant"], held["object_id"]) == (opened.find(who).tenant, opened.find(who).id)
    assert json.loads(held["addresses"]) == [opened.find(who).user_principal_name]
    assert has_token(opened)
    assert graph_token(opened.world.services, visitor(opened, browser), "self")


def test_both_go_after_a_week_if_nothing_follows(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Alice"), "/buy")

    opened.advance(days=8)
    opened.world.purge()

    assert rows(opened).keys() <= {"ledger"}


def test_a_token_is_nowhere_in_the_clear(microsoft_365: Directories, opener: Opener, make_world: WorldMaker) -> None:
    opened = opener(make_world(**microsoft_365.settings()))
    browser = opened.browser()
    browser.sign_in(opened.find("Alice"), "/buy")
    token = graph_token(opened.world.services, visitor(opened, browser), "self")
    stored = json.dumps(opened.world.rows(), default=str)

    for secret in (token, "eyJ", "1.R", "refresh"):
        assert secret not in stored
        assert not any(secret in cookie for cookie in browser.cookies.values())


def test_who_has_an_account_is_known_whatever_they_come_for(opened: Office, browser: Browser) -> None:
    opened.browser().sign_in(opened.find("Alice"), "/buy")

    browser.sign_in(opened.find("Alice"), "/account")

    assert session(opened, browser)["a"] == account(opened)["PartitionKey"]


def test_name_and_addresses_are_put_right_and_the_day_is_noted(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Bob"), "/buy")
    opened.entra.play.change("Bob", name="Robert Bee", mail="robert@contoso.example")
    opened.advance(days=3)

    browser.sign_in(opened.find("Robert Bee"), "/account")

    held = account(opened)
    assert (held["name"], json.loads(held["addresses"])) == (
        "Robert Bee",
        ["bob@contoso.example", "robert@contoso.example"],
    )
    assert held["last_sign_in"] == "2026-03-05"


def test_a_visit_takes_no_lasting_token_away(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Alice"), "/buy")
    opened.entra.play.approve()
    [before] = [row["sealed"] for row in opened.world.rows()["accounts"] if row["RowKey"] == "token"]

    browser.sign_in(opened.find("Alice"), "/account")

    [after] = [row["sealed"] for row in opened.world.rows()["accounts"] if row["RowKey"] == "token"]
    assert after == before
    assert graph_token(opened.world.services, visitor(opened, browser), "directory")


def test_a_token_that_microsoft_refuses_goes_and_the_next_sign_in_brings_another(
    opened: Office, browser: Browser
) -> None:
    browser.sign_in(opened.find("Alice"), "/buy")
    opened.entra.play.approve()
    opened.entra.play.revoke("Alice")
    with pytest.raises(SignedOut):
        graph_token(opened.world.services, visitor(opened, browser), "directory")
    assert not has_token(opened)

    browser.sign_in(opened.find("Alice"), "/account")
    assert graph_token(opened.world.services, visitor(opened, browser), "self")


def test_a_token_that_nobody_used_for_ninety_days_goes(opened: Office, browser: Browser) -> None:
    bought_for(opened, "Alice")
    browser.sign_in(opened.find("Alice"), "/buy")
    for _ in range(89):
        opened.advance(days=1)
        opened.world.purge()
    assert has_token(opened)

    opened.advance(days=1)
    opened.world.purge()

    assert not has_token(opened)
    assert account(opened)


# The directory, asked for at the first assignment (P10).


def consent(opened: Office, browser: Browser, who: str, answer: str = "accept") -> Answer:
    return browser.sign_in(opened.find(who), "/seats", answer, permission="directory")


def test_an_administrator_without_an_account_gets_one_by_consenting(opened: Office, browser: Browser) -> None:
    bought_for(opened, "Alice")
    browser.sign_in(opened.find("Erin"), "/seats")
    assert session(opened, browser)["a"] == ""

    back = consent(opened, browser, "Erin")

    assert back.header("location") == ["/seats"]
    assert session(opened, browser)["a"]
    assert graph_token(opened.world.services, visitor(opened, browser), "directory")


def test_it_is_asked_of_who_is_signed_in_at_their_tenant(opened: Office, browser: Browser) -> None:
    bought_for(opened, "Alice")
    browser.sign_in(opened.find("Alice"), "/seats")

    address = browser.begin("/seats", permission="directory")

    assert f"/{opened.find('Alice').tenant}/" in address
    asked = parse_qs(urlsplit(address).query)
    assert asked["login_hint"] == ["alice@contoso.example"]
    assert "User.ReadBasic.All" in asked["scope"][0]


def test_who_declines_goes_back_to_what_they_did_and_nothing_has_changed(opened: Office, browser: Browser) -> None:
    bought_for(opened, "Alice")
    browser.sign_in(opened.find("Erin"), "/seats")
    before, kept = opened.world.rows(), dict(browser.cookies)

    answer = consent(opened, browser, "Erin", "decline")

    assert_page(answer, 403, "The permission was not given", "/seats")
    assert (opened.world.rows(), browser.cookies) == (before, kept)


def test_where_approval_is_required_the_tenants_own_link_is_offered(opened: Office, browser: Browser) -> None:
    bought_for(opened, "Alice")
    opened.entra.play.require_admin_consent()
    browser.sign_in(opened.find("Erin"), "/seats")

    answer = consent(opened, browser, "Erin", "back")

    assert_page(answer, 403, "Your organisation has a say in this", "/seats")
    assert f"/{opened.find('Erin').tenant}/v2.0/adminconsent?" in text(answer)
    assert "callback&amp;state=approval" in text(answer)


@pytest.mark.parametrize(
    ("decided", "says"),
    [("accept", "It is allowed for your organisation"), ("decline", "The permission was not given")],
)
def test_who_decided_for_everybody_is_told_though_nobody_signed_in(
    opened: Office, browser: Browser, decided: str, says: str
) -> None:
    opened.entra.play.require_admin_consent(["User.Read"])
    refused = text(browser.sign_in(opened.find("Bob"), "/account", "back"))
    [link] = re.findall('href="([^"]*adminconsent[^"]*)"', refused)
    approver = opened.browser()

    answer = approver.come_back(approver.microsoft.sign_in(unescape(link), opened.find("Alice"), decided))

    assert_page(answer, 200, says, "/")
    assert answer.header("set-cookie") == []
    assert 'href="/seats"' not in text(answer).partition("<main")[2]


@pytest.mark.parametrize("query", ["", "&admin_consent=False", "&admin_consent=True&error=access_denied", "&error=x"])
def test_only_what_microsoft_says_was_allowed_is_called_so(browser: Browser, query: str) -> None:
    assert "The permission was not given" in text(browser.get(f"/sign-in/callback?state=approval{query}"))


def test_an_administrator_goes_on_to_the_seats_from_there(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Alice"), "/seats")

    answer = browser.get("/sign-in/callback?admin_consent=True&tenant=x&state=approval")

    assert 'href="/seats"' in text(answer).partition("<main")[2]


def test_a_language_that_was_chosen_stays_through_refusals_approvals_and_signing_out(
    opened: Office, browser: Browser
) -> None:
    opened.entra.play.require_admin_consent(["User.Read"])
    refused = browser.sign_in(opened.find("Bob"), "/fr/account", "back")
    [link] = re.findall('href="([^"]*adminconsent[^"]*)"', text(refused))
    approver = opened.browser()
    approved = approver.come_back(approver.microsoft.sign_in(unescape(link), opened.find("Alice")))
    browser.sign_in(opened.find("Bob"), "/fr/account")
    [back] = set(re.findall('name="then" value="([^"]*)"', text(browser.get("/fr/account"))))
    signed_out = browser.post("/sign-out", csrf=csrf(opened, browser), then=back)

    for answer in (refused, approved, signed_out):
        assert answer.header("content-language") == ["fr"]
        assert 'href="/fr"' in text(answer).partition("<main")[2]


@pytest.mark.parametrize("then", ["", "/", "/xx", "//evil.example/fr", "https://evil.example/"])
def test_signing_out_leads_nowhere_else(opened: Office, browser: Browser, then: str) -> None:
    browser.sign_in(opened.find("Bob"))

    answer = text(browser.post("/sign-out", csrf=csrf(opened, browser), then=then))

    assert 'href="/"' in answer.partition("<main")[2]
    assert "evil" not in answer


def test_who_may_not_sign_in_yet_can_once_that_was_allowed_for_everybody(opened: Office, browser: Browser) -> None:
    opened.entra.play.require_admin_consent(["openid", "profile", "offline_access", "User.Read"])
    refused = text(browser.sign_in(opened.find("Bob"), "/account", "back"))
    [link] = re.findall('href="([^"]*adminconsent[^"]*)"', refused)

    approver = opened.browser()
    approver.come_back(approver.microsoft.sign_in(unescape(link), opened.find("Alice"), "accept"))

    assert browser.sign_in(opened.find("Bob"), "/account", "back").header("location") == ["/account"]


def test_another_account_answers_for_nobody(opened: Office, browser: Browser) -> None:
    bought_for(opened, "Alice")
    browser.sign_in(opened.find("Alice"), "/seats")
    kept = dict(browser.cookies)

    answer = browser.sign_in(opened.find("Erin"), "/seats", permission="directory")

    assert_page(answer, 400, "another account", "/seats")
    assert browser.cookies == kept


@pytest.mark.parametrize("who", ["Bob", "Frank", "Mallory", "Pat"])
def test_who_administers_nothing_here_is_not_asked_and_leaves_nothing(
    opened: Office, browser: Browser, who: str
) -> None:
    bought_for(opened, "Alice")
    browser.sign_in(opened.find(who), "/seats")
    before = opened.world.rows()

    answer = browser.get("/sign-in?then=/seats&permission=directory")

    assert answer.status == 403
    assert opened.world.rows() == before


def test_who_lost_the_role_meanwhile_gets_no_account(opened: Office, browser: Browser) -> None:
    bought_for(opened, "Alice")
    browser.sign_in(opened.find("Erin"), "/seats")
    before = opened.world.rows()
    opened.entra.play.remove_role("Erin")

    back = consent(opened, browser, "Erin")

    assert back.status == 303
    assert (session(opened, browser)["a"], session(opened, browser)["r"]) == ("", False)
    assert opened.world.rows() == before


def test_who_is_not_signed_in_signs_in_first(opened: Office, browser: Browser) -> None:
    address = browser.begin("/seats", permission="directory")

    assert "User.ReadBasic.All" not in address
    assert browser.come_back(browser.microsoft.sign_in(address, opened.find("Alice"))).header("location") == ["/seats"]


# Out.


def csrf(opened: Office, browser: Browser) -> str:
    return str(session(opened, browser)["c"])


def test_signing_out_ends_the_session_and_leads_to_microsofts(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Alice"), "/buy")
    browser.begin("/seats")

    answer = browser.post("/sign-out", csrf=csrf(opened, browser))

    assert answer.status == 200
    assert browser.cookies == {}
    assert f"logout?post_logout_redirect_uri={quote('https://licensing.vendor.example/', safe='')}" in text(answer)
    assert browser.get("/seats").status == 401
    assert has_token(opened)


def test_signing_out_ends_every_cookie_of_ours_and_no_other(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Alice"), "/buy")
    browser.begin("/seats")
    services = opened.world.services
    for name in (BEGUN, LANDING, BUYING):
        browser.cookies[f"__Secure-{name}"] = services.sealer.seal(name, {"some": "thing"})
    browser.cookies["anothers"] = "1"

    browser.post("/sign-out", csrf=csrf(opened, browser))

    assert browser.cookies == {"anothers": "1"}


def test_signing_out_works_while_entra_is_away_and_twice(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Alice"))
    token = csrf(opened, browser)
    browser.base = opened.other_base
    opened.entra.faults.add("500", where="answers", match="", times=99)

    for _ in range(2):
        answer = browser.post("/sign-out", csrf=token)
        assert (answer.status, "You are signed out" in text(answer)) == (200, True)
        assert "post_logout" not in text(answer)


def test_nobody_is_signed_out_by_another_site(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Alice"), "/buy")
    kept = dict(browser.cookies)

    for forged in ("", "x", "e" * 22):
        assert browser.post("/sign-out", csrf=forged, everywhere="1").status == 403
    assert browser.get("/sign-out").status == 405
    assert browser.cookies == kept
    assert has_token(opened)


def test_signing_out_everywhere_ends_what_began_before_and_takes_the_token(opened: Office, browser: Browser) -> None:
    elsewhere = opened.browser()
    for each in (browser, elsewhere):
        each.sign_in(opened.find("Alice"), "/buy")
    opened.advance(minutes=1)

    answer = browser.post("/sign-out", csrf=csrf(opened, browser), everywhere="1")

    assert "every other device" in text(answer)
    assert not has_token(opened)
    assert elsewhere.get("/seats").status == 401

    opened.advance(seconds=1)
    elsewhere.sign_in(opened.find("Alice"), "/account")
    assert session(opened, elsewhere)["a"] == account(opened)["PartitionKey"]
    assert elsewhere.get("/seats").status == 200


def test_signing_out_everywhere_reaches_a_visit_from_before_the_account(opened: Office, browser: Browser) -> None:
    library = opened.browser()
    library.sign_in(opened.find("Bob"), "/account")
    opened.advance(minutes=1)
    browser.sign_in(opened.find("Bob"), "/buy")
    opened.advance(minutes=1)

    browser.post("/sign-out", csrf=csrf(opened, browser), everywhere="1")

    assert library.get("/api/account/export").status == 401


def test_a_visit_from_before_the_account_signs_out_everywhere(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Bob"), "/account")
    elsewhere = opened.browser()
    elsewhere.sign_in(opened.find("Bob"), "/buy")
    opened.advance(minutes=1)

    answer = browser.post("/sign-out", csrf=csrf(opened, browser), everywhere="1")

    assert "every other device" in text(answer)
    assert elsewhere.get("/account").status == 401
    assert not has_token(opened)


@pytest.mark.parametrize("path", ["/buy", "/buy/claim", "/landing"])
def test_only_a_sign_in_opens_an_account_so_that_one_that_was_closed_stays_closed(
    opened: Office, browser: Browser, path: str
) -> None:
    library = opened.browser()
    library.sign_in(opened.find("Bob"), "/account")
    browser.sign_in(opened.find("Bob"), "/buy")
    browser.post("/account", csrf=csrf(opened, browser), do="close", confirmed="yes")
    assert "accounts" not in rows(opened)

    library.post(path, csrf=csrf(opened, library), plan="team", seats="1", owner="person", marketplace="paddle")

    assert "accounts" not in rows(opened)


@pytest.mark.parametrize("path", ["/buy", "/de/buy/claim"])
def test_who_came_for_something_else_signs_in_once_more_to_have_an_account(
    opened: Office, browser: Browser, path: str
) -> None:
    browser.sign_in(opened.find("Bob"), "/account")
    shown = text(browser.get(path))
    assert f'href="/sign-in?then={path}"' in shown
    assert f'action="{path}"' not in shown

    browser.sign_in(opened.find("Bob"), path)

    assert f'action="{path}"' in text(browser.get(path))


def test_who_closed_their_account_is_signed_out_at_once(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Alice"), "/buy")
    assert browser.get("/seats").status == 200

    erase_account(opened.world.services, session(opened, browser)["a"])

    assert browser.get("/seats").status == 401
    assert "accounts" not in rows(opened)


def test_an_account_that_is_closing_is_nobodys(opened: Office, browser: Browser) -> None:
    browser.sign_in(opened.find("Alice"), "/buy")
    number = session(opened, browser)["a"]
    found = opened.world.services.tables.read(keys.account(number))
    assert found is not None
    opened.world.services.tables.write(Change(found, found.record.model_copy(update={"closed": True})))

    browser.sign_in(opened.find("Alice"), "/account")
    assert session(opened, browser)["a"] == ""
    assert browser.sign_in(opened.find("Alice"), "/buy").status == 503


def test_nobody_is_named_in_what_is_logged(opened: Office, browser: Browser, sinks: Sinks) -> None:
    opened.entra.play.change("Bob", name="Zaphod Sentinel", mail="zaphod.sentinel@contoso.example")
    user = opened.find("Zaphod Sentinel")
    browser.sign_in(user, "/buy")
    opened.entra.play.say(50020, "authorize")
    browser.come_back(browser.microsoft.visit(browser.begin(choose="1")).headers["Location"])
    opened.entra.play.misbehave("nonce")
    browser.sign_in(user)
    opened.graph.faults.add("500", where="answers", match="$batch")
    browser.sign_in(user)
    browser.post("/sign-out", csrf=csrf(opened, browser), everywhere="1")
    sinks.rest()

    said = "\n".join(sinks.seen())
    assert "a sign-in was refused: AADSTS50020" in said
    for line in said.splitlines():
        for secret in ("Zaphod", "zaphod", "bob@contoso", user.id, "eyJ", "code=", "code_verifier", "1.A", "1.R"):
            assert secret not in line, line
