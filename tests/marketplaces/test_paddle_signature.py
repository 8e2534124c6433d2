"""Paddle's signature: what vouches for a body, and that nothing else does, whatever stands in the header."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.errors import SignatureInvalid
from shared.marketplaces.paddle.signature import is_signed
from tests.marketplaces.receiving import SANDBOX
from tests.paddle import Subscription, sign
from tests.world import NOON, SECRET

BODY = '{"event_id": "evt_1", "data": {"name": "Zoë \\u00dc"}}\n'.encode()
NOW = NOON.timestamp()
STAMP = str(int(NOW))
OLD_SECRET, NEW_SECRET = "pdl_ntfset_old", "pdl_ntfset_new"


def mac(body: bytes = BODY, stamp: str = STAMP, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b":" + body, hashlib.sha256).hexdigest()


GOOD, BAD = mac(), mac(secret="pdl_ntfset_of_somebody_else")
BOTH = (OLD_SECRET, NEW_SECRET)


def accepts(header: str, body: bytes = BODY, now: float = NOW, secrets: tuple[str, ...] = (SECRET,)) -> bool:
    return is_signed(header, body, secrets, now)


@pytest.mark.parametrize(
    "header",
    [
        f"ts={STAMP};h1={GOOD}",
        f"h1={GOOD};ts={STAMP}",
        f"ts={STAMP};h1={BAD};h1={GOOD}",
        f"ts={STAMP};h1={GOOD};h1={BAD}",
        f"ts={STAMP};h1={GOOD};h2={BAD}",
        f"ts={STAMP};h2=a=b=c;h1={GOOD};future",
        f"ts={STAMP}; h1={GOOD}",
        f" ts = {STAMP} ; h1 = {GOOD} ",
        f";;ts={STAMP};;h1={GOOD};;",
        f"ts={STAMP};h1={GOOD};",
        f"ts={STAMP};h1=é;h1={GOOD}",
    ],
)
def test_any_h1_of_ours_vouches_and_what_is_unknown_is_passed_over(header: str) -> None:
    assert accepts(header)


@pytest.mark.parametrize(
    "header",
    [
        "",
        ";",
        "=",
        "ts",
        "h1",
        "ts=;h1=",
        f"ts={STAMP}",
        f"h1={GOOD}",
        f"ts={STAMP};h1=",
        f"ts={STAMP};h1={BAD}",
        f"ts={STAMP};h2={GOOD}",
        f"ts={STAMP};H1={GOOD}",
        f"TS={STAMP};h1={GOOD}",
        f"ts={STAMP};h1={GOOD.upper()}",
        f"ts={STAMP};h1={GOOD[:-1]}",
        f"ts={STAMP};h1={GOOD}0",
        f"ts={STAMP};h1=={GOOD}",
        f"ts={STAMP};h1={GOOD}=",
        f"ts={STAMP};h1=“{GOOD}”",
        f"ts={STAMP};h1=\ud800",
        f"ts={STAMP}:h1={GOOD}",
        f"ts={STAMP}&h1={GOOD}",
        f"ts=now;h1={GOOD}",
        f"ts=;h1={mac(stamp='')}",
        f"ts=+{STAMP};h1={mac(stamp='+' + STAMP)}",
        f"ts=-{STAMP};h1={mac(stamp='-' + STAMP)}",
        f"ts={STAMP}.0;h1={mac(stamp=STAMP + '.0')}",
        f"ts=1_7{STAMP[2:]};h1={mac(stamp='1_7' + STAMP[2:])}",
        "ts={};h1={}".format("٣" * 10, mac(stamp="٣" * 10)),
        "ts={};h1={}".format("9" * 5000, mac(stamp="9" * 5000)),
        f"ts={STAMP};ts={STAMP};h1={GOOD}",
        f"ts={STAMP};ts=1;h1={GOOD}",
        f"ts={STAMP};h1={GOOD},ts={STAMP};h1={BAD}",
        f"ts={STAMP};h1={BAD},ts={STAMP};h1={GOOD}",
        f"ts={STAMP};h1={GOOD}, ts={STAMP};h1={GOOD}",
        f"ts={STAMP};h1={GOOD},",
    ],
)
def test_nothing_else_vouches_nor_a_header_that_the_host_joined_of_several(header: str) -> None:
    assert not accepts(header)


@pytest.mark.parametrize("secret", BOTH)
def test_while_a_secret_is_exchanged_both_vouch(secret: str) -> None:
    assert accepts(sign(BODY, NOON, secret), secrets=BOTH)
    assert not accepts(sign(BODY, NOON, SECRET), secrets=BOTH)
    assert accepts(f"ts={STAMP};h1={mac(secret=OLD_SECRET)};h1={mac(secret=NEW_SECRET)}", secrets=(secret,))


def test_the_secret_is_its_whole_text() -> None:
    assert not accepts(sign(BODY, NOON, SECRET.removeprefix("pdl_ntfset_")))


def test_without_secrets_nothing_vouches() -> None:
    assert not accepts(sign(BODY, NOON, ""), secrets=())


@pytest.mark.parametrize(
    ("seconds", "fresh"),
    [
        (-301, False),
        (-300.001, False),
        (-300, True),
        (-1, True),
        (0, True),
        (300, True),
        (300.001, False),
        (301, False),
    ],
)
def test_the_window_is_five_minutes_both_ways(seconds: float, fresh: bool) -> None:  # noqa: FBT001
    assert accepts(sign(BODY, NOON), now=(NOON + timedelta(seconds=seconds)).timestamp()) is fresh


@pytest.mark.parametrize(
    "changed",
    [
        BODY.rstrip(),
        BODY + b"\n",
        b" " + BODY,
        b"\xef\xbb\xbf" + BODY,
        json.dumps(json.loads(BODY)).encode(),
        json.dumps(json.loads(BODY), separators=(",", ":")).encode(),
        json.dumps(json.loads(BODY), ensure_ascii=False).encode(),
        BODY.decode().encode("latin-1"),
        b"",
    ],
)
def test_a_body_written_again_is_another_body(changed: bytes) -> None:
    assert not accepts(sign(BODY, NOON), changed)


@pytest.mark.parametrize("place", range(len(BODY)))
def test_one_bit_of_difference_anywhere_is_noticed(place: int) -> None:
    tampered = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]

    assert not accepts(sign(BODY, NOON), tampered)


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"\xed\xa0\x80", "Ünïcödé".encode()])
def test_every_body_can_be_vouched_for(body: bytes) -> None:
    assert accepts(sign(body, NOON), body)


def test_another_time_needs_another_signature() -> None:
    assert not accepts(f"ts={int(STAMP) + 1};h1={GOOD}")


@pytest.mark.parametrize("header", ["", "garbage", f"ts={STAMP};h1={BAD}", "\ud800=\ud800;ts=\x00"])
def test_the_adapter_refuses_before_it_reads_the_body(header: str) -> None:
    for body in (b"no json", json.dumps(Subscription().tell()).encode()):
        with pytest.raises(SignatureInvalid):
            SANDBOX.receive({"paddle-signature": header}, body, NOON)


def test_the_adapter_refuses_what_bears_no_signature() -> None:
    with pytest.raises(SignatureInvalid):
        SANDBOX.receive({}, b"{}", NOON)


@pytest.mark.parametrize(
    "name", ["TEST_MODE", "DEBUG", "ENVIRONMENT", "PADDLE_TEST_MODE", "AZURE_FUNCTIONS_ENVIRONMENT"]
)
@pytest.mark.parametrize("value", ["1", "true", "Development"])
def test_no_environment_variable_makes_it_lenient(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    assert not accepts(sign(BODY, NOON - timedelta(seconds=301)))
    assert not accepts(f"ts={STAMP};h1={BAD}")


def test_no_secret_shows_in_what_is_printed() -> None:
    assert SECRET not in repr(SANDBOX)


anything = st.text(st.characters())
parts = st.sampled_from(["ts", "h1", "h2", "=", ";", ",", " ", STAMP, GOOD[:-1], BAD, "é", "\ud800", "\x00"]) | anything
headers = anything | st.lists(parts).map("".join)


@given(headers, st.binary(), st.floats(allow_nan=True, allow_infinity=True))
@example(f"ts={STAMP};h1={BAD}", BODY, NOW)
def test_garbage_is_refused_and_never_raises(header: str, body: bytes, now: float) -> None:
    assert accepts(header, body, now) is False
