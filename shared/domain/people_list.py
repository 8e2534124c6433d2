"""Lists of people as administrators have them: pasted addresses, or what a spreadsheet saved as CSV."""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from shared.domain.errors import AddressInvalid, BadRequest
from shared.domain.people import normalise_address

MOST_LINES = 10_000

RowResult = Literal[
    "WILL_BE_GIVEN",
    "GIVEN",
    "HAS_SEAT",
    "NOT_IN_DIRECTORY",
    "NO_ADDRESS",
    "NO_SEAT_FREE",
    "ADDRESS_INVALID",
    "DUPLICATE",
]

# What the column with the addresses is called by the admin centers and by spreadsheets, the better ones first.
_COLUMNS = (
    *("user principal name", "userprincipalname", "upn", "nom d'utilisateur principal", "benutzerprinzipalname"),
    *("email", "e-mail", "mail", "email address", "e-mail address", "emailaddress"),
    *("adresse e-mail", "adresse électronique", "courriel", "e-mail-adresse", "emailadresse"),
    *("user name", "username", "nom d'utilisateur", "benutzername", "address", "adresse"),
)
# What spreadsheets take for the beginning of a formula: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*$")
_LINE_END = re.compile(r"\r\n|\r|\n")
_LONGEST_SHOWN = 320


class ListUnreadable(BadRequest):
    """The bytes of a list are no text in any encoding that spreadsheets write."""

    code = "LIST_UNREADABLE"
    sentence = "This list could not be read. Save it as CSV UTF-8 and try again."


class ListTooLong(BadRequest):
    """A list has more lines than are taken at once."""

    code = "LIST_TOO_LONG"
    sentence = "This list is too long. Send at most 10,000 lines at once."


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a list: the text as it was written, and the address in it, or why there is none."""

    number: int
    text: str = field(repr=False)
    address: str = field(default="", repr=False)
    problem: Literal["", "ADDRESS_INVALID", "DUPLICATE"] = ""


def read_list(data: bytes) -> list[Line]:
    """The people of a list, line by line; empty lines and a row of headings are left out.

    Raises ListUnreadable and ListTooLong.
    """
    lines = [*_lines(decode(data))]
    if len(lines) > MOST_LINES:
        raise ListTooLong
    seen: set[str] = set()
    for place, line in enumerate(lines):
        if line.address in seen:
            lines[place] = replace(line, problem="DUPLICATE")
        elif line.address:
            seen.add(line.address)
    return lines


def decode(data: bytes) -> str:
    """Text as spreadsheets save it: UTF-8 or UTF-16, marked or not, else Windows-1252. Raises ListUnreadable."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text.removeprefix("\ufeff")
    raise ListUnreadable


def _encodings(data: bytes) -> Iterator[str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield "utf-16"
    # In UTF-16 every second byte of an address is zero.
    elif data[1:2] == b"\0":
        yield "utf-16-le"
    elif data[:1] == b"\0":
        yield "utf-16-be"
    yield from ("utf-8-sig", "cp1252")


def _lines(text: str) -> Iterator[Line]:
    column, delimiter = None, ""
    is_first = True
    for number, line in enumerate(_LINE_END.split(text), start=1):
        cells = _cells(line, delimiter)
        if not any(cells):
            continue
        if is_first:
            is_first = False
            column = _column(cells)
            if column is not None:
                delimiter = _delimiter(line)
                continue
        for cell in _meant(cells, column):
            yield _line(number, cell)


def _cells(line: str, delimiter: str) -> list[str]:
    """Each line by itself, so that a quotation mark that is never closed costs one line and not the rest."""
    try:
        rows = [*csv.reader([line], delimiter=delimiter or _delimiter(line))]
    except csv.Error:
        # A cell beyond any sense, which is shown to be none.
        return [line[:_LONGEST_SHOWN]]
    return [cell.strip() for row in rows for cell in row]


def _delimiter(line: str) -> str:
    bare = _QUOTED.sub("", line)
    return next((mark for mark in "\t;" if mark in bare), ",")


def _column(cells: list[str]) -> int | None:
    names = [cell.casefold().replace("_", " ") for cell in cells]
    return next((names.index(name) for name in _COLUMNS if name in names), None)


def _meant(cells: list[str], column: int | None) -> list[str]:
    """The named column; without one every cell that could be an address, each somebody's."""
    if column is not None:
        return [cells[column] if column < len(cells) else ""]
    return [cell for cell in cells if "@" in cell] or [next(cell for cell in cells if cell)]


def _line(number: int, cell: str) -> Line:
    text = cell[:_LONGEST_SHOWN]
    brackets = _IN_BRACKETS.search(text)
    address = (brackets[1] if brackets else text).strip().removeprefix("mailto:")
    if not (cell.startswith(FORMULA_STARTS) or address.startswith(FORMULA_STARTS)):
        with suppress(AddressInvalid):
            return Line(number, text, normalise_address(address))
    return Line(number, text, problem="ADDRESS_INVALID")
