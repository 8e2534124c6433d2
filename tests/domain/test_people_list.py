"""Lists of people, in every form in which administrators have them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.exported import to_csv
from shared.domain.people_list import MOST_LINES, ListTooLong, ListUnreadable, read_list

BOB, EVE = "bob@contoso.example", "eve@contoso.example"


def addresses(text: str, encoding: str = "utf-8") -> list[str]:
    return [line.address or line.problem for line in read_list(text.encode(encoding))]


@pytest.mark.parametrize(
    "text",
    [
        f"{BOB}\n{EVE}",
        f"{BOB}\r\n\r\n  \r\n{EVE}\r\n",
        f"{BOB}\r{EVE}",
        f"{BOB}, {EVE}",
        f"{BOB};{EVE};",
        f"{BOB}\t{EVE}",
        f"Bob Bee <{BOB}>; Eve <{EVE}>",
        f'"Bee, Bob";{BOB}\n"Evening, Eve";{EVE}',
        f'"Bee; Bob",{BOB}\n"Eve ""the"" One",{EVE}',
        f"Name,E-Mail,Department\nBob,{BOB},Sales\nEve,{EVE},x@y",
        f"Display name;User principal name;Mail\nBob;{BOB};b.bee@contoso.example\nEve;{EVE};",
        f"userPrincipalName\n{BOB}\n{EVE}",
        f"Nom;Adresse e-mail\nBob;{BOB}\nÈve;{EVE}",
        f"mailto:{BOB}\nEVE@CONTOSO.EXAMPLE",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_two_people_are_found_however_the_list_is_written(text: str, encoding: str) -> None:
    assert addresses(text, encoding) == [BOB, EVE]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "=HYPERLINK(bob@contoso.example)", "+bob@contoso.example", "-b@c.example", "@bob", "bob", "a@b@c.de"],
)
def test_what_is_no_address_or_a_formula_is_told_on_its_line(cell: str) -> None:
    [bob, wrong] = read_list(f"{BOB}\n\n{cell}".encode())

    assert (bob.problem, bob.number) == ("", 1)
    assert (wrong.problem, wrong.number, wrong.address, wrong.text) == ("ADDRESS_INVALID", 3, "", cell)


def test_a_person_who_is_listed_twice_is_told_once() -> None:
    assert [line.problem for line in read_list(f"{BOB}\nBOB@contoso.example\n{EVE}".encode())] == ["", "DUPLICATE", ""]


def test_a_quotation_mark_that_is_never_closed_costs_one_line() -> None:
    assert addresses(f'"{BOB}\n{EVE}') == [BOB, EVE]
    assert addresses(f'name,"{BOB}\n{EVE}\n"unclosed') == [BOB, EVE, "ADDRESS_INVALID"]


def test_a_row_that_lacks_the_named_column_is_told() -> None:
    assert addresses(f"name,email\nBob\nEve,{EVE}") == ["ADDRESS_INVALID", EVE]


@pytest.mark.parametrize("data", [b"PK\x03\x04\x00\x00", b"\x81\x8d bob", b"ab\x00\x00"])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises(ListUnreadable):
        read_list(data)


def test_an_empty_list_has_nobody() -> None:
    for data in (b"", b"\xef\xbb\xbf", b"\n\n;;\n,,", b"email\n"):
        assert read_list(data) == []


def test_ten_thousand_lines_are_read_and_one_more_is_refused() -> None:
    most = [f"user{number}@contoso.example" for number in range(MOST_LINES)]

    assert len(read_list("\n".join(most).encode())) == MOST_LINES
    with pytest.raises(ListTooLong):
        read_list("\n".join([*most, BOB]).encode())


def test_a_cell_beyond_any_sense_is_shown_short() -> None:
    [line] = read_list(b"a" * 200_000)

    assert (line.problem, len(line.text)) == ("ADDRESS_INVALID", 320)


@given(st.binary(max_size=300))
def test_whatever_is_sent_is_read_or_refused(data: bytes) -> None:
    try:
        lines = read_list(data)
    except ListUnreadable:
        return
    assert all(bool(line.address) == (line.problem != "ADDRESS_INVALID") for line in lines)


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '="a",b'])
def test_an_exported_cell_is_never_a_formula(cell: str) -> None:
    [[written, plain]] = csv.reader(io.StringIO(to_csv([(cell, 'Bob, "Bee"')]).decode("utf-8-sig"), newline=""))

    assert written == f"'{cell}"
    assert plain == 'Bob, "Bee"'


def test_an_export_says_that_it_is_utf_8_and_keeps_names_whole() -> None:
    table = to_csv([("Zoë \U0001f41d", "<b>", "\u202edrow")])

    assert table == "\ufeffZoë \U0001f41d,<b>,\u202edrow\r\n".encode()
