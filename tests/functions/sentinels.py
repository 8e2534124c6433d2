"""Personal data that must not leave the process, and a search for it in whatever does."""

import gzip
import hashlib
import json
import logging
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from urllib.parse import quote, quote_plus

ADDRESS = "zaphod.sentinel@privacy.example"
NAME = "Zaphod Äther Sentinel"
CLIENT = "203.0.113.77"
TOKEN = "t0ken-of-zaphod-9f8e7d"
SENTINELS = (ADDRESS, NAME, CLIENT, TOKEN)

_GZIP, _ZLIB = b"\x1f\x8b", b"\x78"


def _anywhere_in_base64(encode: Callable[[bytes], bytes], raw: bytes) -> Iterator[bytes]:
    """The characters that depend on the text alone, for each place at which it may begin in a longer one."""
    for before in range(3):
        encoded = encode(b"\0" * before + raw).rstrip(b"=")
        yield encoded[(0, 2, 3)[before] : -1]


def _spellings(text: str) -> Iterator[bytes]:
    raw = text.encode()
    yield from (raw, text.lower().encode(), text.upper().encode(), text.encode("latin-1"), text.encode("utf-16-le"))
    yield from (
        quote(text).encode(),
        quote_plus(text).encode(),
        json.dumps(text)[1:-1].encode(),
        ascii(text)[1:-1].encode(),
    )
    yield from (raw.hex().encode(), repr(raw)[2:-1].encode())
    yield from (hashlib.new(name, raw).hexdigest().encode() for name in ("md5", "sha1", "sha256"))
    for encode in (b64encode, urlsafe_b64encode):
        yield from _anywhere_in_base64(encode, raw)


_SPELLINGS = {text: frozenset(_spellings(text)) for text in SENTINELS}


def found_in(*leaving: bytes | str) -> set[str]:
    """The sentinels in what leaves: in the clear, escaped, encoded, hashed without a key, or compressed."""
    found = set[str]()
    for piece in leaving:
        raw = piece.encode(errors="surrogatepass") if isinstance(piece, str) else piece
        if raw.startswith(_GZIP):
            raw = gzip.decompress(raw)
        elif raw.startswith(_ZLIB):
            raw = zlib.decompress(raw)
        found |= {text for text, spellings in _SPELLINGS.items() if any(spelling in raw for spelling in spellings)}
    return found


class PlantedError(Exception):
    """An error whose message quotes what a user sent."""

    def __init__(self) -> None:
        super().__init__(f"cannot handle {ADDRESS} of {NAME} at {CLIENT} with {TOKEN}")


def fail(*_: object, **__: object) -> None:
    """Raise with sentinels in the message, in its cause's message, and in the locals of two frames."""
    address, name, token = ADDRESS, NAME, {"nested": [TOKEN]}
    try:
        int(f"{address} {name} {token}")
    except ValueError as cause:
        raise PlantedError from cause


class Sinks(logging.Handler):
    """Whatever is logged anywhere, formatted with its error and its extras, and whatever is printed."""

    def __init__(self, printed: Callable[[], tuple[str, str]]) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
        self._lines: list[str] = []
        self._printed = printed
        self._levels: dict[logging.Logger, int] = {}

    def emit(self, record: logging.LogRecord) -> None:
        known = vars(logging.makeLogRecord({}))
        extras = {name: value for name, value in vars(record).items() if name not in known}
        self._lines.append(f"{self.format(record)} {extras}")

    def listen(self) -> None:
        """Make every logger that there is by now speak at DEBUG, also those that an app keeps quiet."""
        for logger in [logging.getLogger(name) for name in (None, *logging.root.manager.loggerDict)]:
            self._levels.setdefault(logger, logger.level)
            logger.setLevel(logging.DEBUG)
        logging.root.addHandler(self)

    def rest(self) -> None:
        logging.root.removeHandler(self)
        for logger, level in self._levels.items():
            logger.setLevel(level)

    def seen(self) -> list[str]:
        self._lines += self._printed()
        return self._lines

    def wait_for(self, text: str) -> str:
        """The first line that holds this text."""
        deadline = monotonic() + 5
        while not (lines := [line for line in self.seen() if text in line]):
            assert monotonic() < deadline
            sleep(0.01)
        return lines[0]
