"""People from a CSV as spreadsheets of this world write it, and links into one."""

from __future__ import annotations

import csv
import io

import pytest

from webapp.core.spreadsheets import write_csv
from webapp.interviews.people_csv import MAX_BYTES, MAX_ROWS, read_people

TWO = [("Kim", "kim@example.org"), ("Élodie Martin", "elodie@example.org")]


def people(data: bytes) -> list[tuple[str, str]]:
    found, problems = read_people(data)
    assert problems == []
    return [(person.name, person.email) for person in found]


@pytest.mark.parametrize(
    "text",
    [
        "name,email\nKim,kim@example.org\nÉlodie Martin,elodie@example.org\n",
        "Kim,kim@example.org\nÉlodie Martin,elodie@example.org",
        "Name;Email\r\nKim;kim@example.org\r\nÉlodie Martin;elodie@example.org\r\n",
        "Kim\tkim@example.org\nÉlodie Martin\telodie@example.org\n",
        "\n\nE-mail,phone,NAME\nkim@example.org,1,Kim\n,,\nelodie@example.org,,Élodie Martin\n\n",
        ' name , email \n"Kim", kim@example.org\n" Élodie\n Martin ",  elodie@example.org \n',
        "name,email\rKim,kim@example.org\rÉlodie Martin,elodie@example.org\r",
    ],
    ids=["plain", "no header", "semicolons", "tabs", "other order, empty lines", "quotes and spaces", "old Mac"],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "BOM"])
def test_what_is_read(text: str, mark: str):
    assert people((mark + text).encode()) == TWO


def test_a_comma_in_a_quoted_name():
    assert people(b'name,email\n"Tremblay, Kim",kim@example.org\n') == [("Tremblay, Kim", "kim@example.org")]


def test_semicolons_with_a_comma_in_the_name():
    assert people(b"name;email\nTremblay, Kim;kim@example.org\n") == [("Tremblay, Kim", "kim@example.org")]


def test_a_name_that_is_a_formula_is_read_as_it_is():
    assert people(b"name,email\n=1+1,kim@example.org\n") == [("=1+1", "kim@example.org")]


def said(data: bytes) -> list[str]:
    return [str(problem) for problem in read_people(data)[1]]


def test_every_bad_line_is_reported_by_its_number():
    lines = [
        "name,email",
        "Kim,kim@example.org",
        "",
        "Nobody,not an address",
        ",x@example.org",
        "No Address,",
        "alone",
        "Kim again,KIM@example.org",
        f"{'x' * 121},long@example.org",
        '"Two\nlines",two@example.org',
        "Bell\a,bell@example.org",
    ]
    assert [text.split(":")[0] for text in said("\n".join(lines).encode())] == [
        "Line 4",
        "Line 5",
        "Line 6",
        "Line 7",
        "Line 8",
        "Line 9",
        "Line 12",
    ]
    assert "is already on line 2" in said("\n".join(lines).encode())[4]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "no one"),
        (b"\xef\xbb\xbf", "no one"),
        (b"name,email\n", "no one"),
        ("name,email\nÉlodie,e@example.org\n".encode("latin-1"), "UTF-8"),
        ("name,email\n".encode("utf-16"), "UTF-8"),
        (b"PK\x03\x04\x00\x00", "not a CSV"),
        (b'name,email\n"Kim,kim@example.org\n', "quotation marks"),
        (b"x" * (MAX_BYTES + 1), "larger"),
    ],
)
def test_a_file_that_is_no_list(data: bytes, word: str):
    problems = said(data)
    assert len(problems) == 1 and word in problems[0]


def test_so_many_and_no_more():
    rows = [f"Person {number},p{number}@example.org" for number in range(MAX_ROWS + 1)]
    assert len(people("\n".join(rows[:-1]).encode())) == MAX_ROWS
    assert said("\n".join(rows).encode()) == [
        f"There are more than {MAX_ROWS} people in this file. Split it and upload the parts."
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str):
    data = write_csv(("name", "link"), [(f"{start}cmd|'/C calc'!A0", "https://x")])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [["name", "link"], [f"'{start}cmd|'/C calc'!A0", "https://x"]]
