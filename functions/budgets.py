"""Request budgets: generous, per minute, in this instance's memory, and under keys that name nobody.

30 lines instead of a rate-limit package: those bring stores and clocks of their own, and this counts to a number.
"""

import ipaddress
import threading
from collections import Counter

from shared.domain.errors import TooManyRequests
from shared.domain.people import normalise_address
from shared.ports import Clock, Identities

# A company behind one address asks once per user and day, most of them at nine in the morning.
PER_SOURCE = 3000
PER_ADDRESS = 30

# Whoever asks as that many within a minute makes us forget what was spent, and cannot make us grow.
MOST_KEYS = 20_000

_WINDOW_SECONDS = 60
_IPV4_PREFIX, _IPV6_PREFIX = 24, 48


class Budgets:
    """What one source and one address may ask in a minute, on this instance."""

    def __init__(self) -> None:
        self._sources = _Budget(PER_SOURCE)
        self._addresses = _Budget(PER_ADDRESS)

    def spend_source(self, forwarded_for: str, clock: Clock) -> None:
        """Raises TooManyRequests where a network has asked too much."""
        self._sources.spend(source_of(forwarded_for), clock)

    def spend_address(self, address: str, identities: Identities, clock: Clock) -> None:
        """Raises TooManyRequests where an address was asked for too often, AddressInvalid for what is none."""
        self._addresses.spend(identities.of_address(normalise_address(address))[0], clock)


class _Budget:
    """At most so many requests a minute under one key; everything is forgotten when the minute ends."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._window = 0
        self._spent: Counter[str] = Counter()

    def spend(self, key: str, clock: Clock) -> None:
        """Count one request. Raises TooManyRequests once the minute's budget is spent."""
        now = int(clock().timestamp())
        with self._lock:
            is_full = len(self._spent) >= MOST_KEYS and key not in self._spent
            if is_full or now // _WINDOW_SECONDS != self._window:
                self._window = now // _WINDOW_SECONDS
                self._spent.clear()
            self._spent[key] += 1
            if self._spent[key] > self._limit:
                raise TooManyRequests(retry_after=_WINDOW_SECONDS - now % _WINDOW_SECONDS)


def source_of(forwarded_for: str) -> str:
    """The client's network, from what the platform's front end appended last; the address itself is dropped."""
    last = forwarded_for.rpartition(",")[2].strip()
    host = last.removeprefix("[").partition("]")[0] if last.startswith("[") else last
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        # A listener for both protocols writes IPv4 clients as IPv6, all of them in one network.
        address = address.ipv4_mapped or address
    prefix = _IPV4_PREFIX if isinstance(address, ipaddress.IPv4Address) else _IPV6_PREFIX
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))
