"""Who somebody is (tenant and object id) and how an address is written so that it is found again."""

import unicodedata
from typing import NamedTuple

import idna

from shared.domain.errors import AddressInvalid

# The tenant that holds every personal Microsoft account; it is nobody's organisation.
PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"

# What JavaScript's trim() removes, so that an add-in that hashes an address trims the same.
_TRIMMED = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_LONGEST = 320


class Person(NamedTuple):
    """One human in one Microsoft 365 tenant. Addresses and names change; this pair does not."""

    tenant: str
    object_id: str


def normalise_address(text: str) -> str:
    """The one written form of an address: trimmed, NFC, lower case, domain by UTS-46 non-transitional.

    A domain that does not encode keeps its lower-cased text. Raises AddressInvalid for what is no address.
    Add-ins do the same: `tests/vectors/addresses.json`.
    """
    address = unicodedata.normalize("NFC", text.strip(_TRIMMED)).lower()
    local, at, domain = address.rpartition("@")
    if not (at and local and domain) or "@" in local or len(address) > _LONGEST:
        raise AddressInvalid
    if any(_breaks_an_address(character) for character in address):
        raise AddressInvalid
    return f"{local}@{_encode_domain(domain)}"


def _breaks_an_address(character: str) -> bool:
    return character in _TRIMMED or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}


def _encode_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True, transitional=False).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return domain
