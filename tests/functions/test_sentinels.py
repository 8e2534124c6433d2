"""The search for people in what leaves finds them where they are."""

import base64
import gzip
import json
import logging
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.functions.sentinels import ADDRESS, CLIENT, NAME, TOKEN, PlantedError, Sinks, fail, found_in

LEAKS: dict[str, Callable[[str], bytes]] = {
    "in the clear": str.encode,
    "within a sentence": lambda text: f"no seat for {text}.".encode(),
    "in capitals": lambda text: text.upper().encode(),
    "in a URL": lambda text: quote(text).encode(),
    "in JSON": lambda text: json.dumps({"a": text}).encode(),
    "as UTF-16": lambda text: text.encode("utf-16"),
    "in hex": lambda text: text.encode().hex().encode(),
    "in base64": lambda text: base64.b64encode(text.encode()),
    "within base64": lambda text: base64.b64encode(f"x{text}y".encode()),
    "further within base64": lambda text: base64.urlsafe_b64encode(f"xx{text}yy".encode()),
    "compressed": lambda text: gzip.compress(text.encode()),
}


@pytest.mark.parametrize("text", [ADDRESS, NAME, CLIENT, TOKEN])
@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_the_search_finds_what_is_planted(leak: Callable[[str], bytes], text: str) -> None:
    assert found_in(leak(text)) == {text}


def test_the_search_finds_a_leak_in_the_log(sinks: Sinks, capfd: pytest.CaptureFixture[str]) -> None:
    assert capfd.readouterr() == ("", "")
    with pytest.raises(PlantedError) as planted:
        fail()
    logging.getLogger("azure.leak").error("x", exc_info=planted.value, extra={"client": CLIENT})

    assert found_in(*sinks.seen()) == {ADDRESS, NAME, CLIENT, TOKEN}
