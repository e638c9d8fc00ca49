"""Workbooks and cards follow the rule of the CSV."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from webapp.interviews.people_csv import read_people


def workbook(*rows: tuple, empty_first: bool = False) -> bytes:
    book = openpyxl.Workbook()
    if empty_first:
        book.create_sheet("People")
    sheet = book.worksheets[-1]
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def found(data: bytes) -> list[tuple[int, str, str]]:
    people, problems = read_people(data)
    assert [str(each) for each in problems] == []
    return [(person.line, person.name, person.email) for person in people]


def test_a_workbook_with_a_heading_numbers_and_empty_rows():
    data = workbook(
        ("No.", "First name", "Last name", "Email"), (1.0, "Kim", "Test", "kim@example.org"), (), (2, "Bo", "Ek", "bo@example.org"),
        empty_first=True,
    )  # fmt: skip
    assert found(data) == [(2, "Kim Test", "kim@example.org"), (4, "Bo Ek", "bo@example.org")]


def test_a_workbook_s_problems_name_the_row():
    _people, problems = read_people(workbook(("name", "email"), ("Kim", "kim@example.org"), ("Bo", "none")))
    assert [(each.line, each.column) for each in problems] == [(3, "email")]


CARDS = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Test;Kim;;;\r\nFN:Kim Tes\r\n t\r\nEMAIL;TYPE=WORK:work@example.org\r\n"
    "EMAIL;TYPE=PREF:kim@example.org\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bo Ek\r\nEMAIL;PREF=2:late@example.org\r\nEMAIL;PREF=1:bo@example.org\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=A9l;=C3=89lodie\r\n"
    "EMAIL;PREF;INTERNET:elodie@example.org\r\nEND:VCARD\r\n"
)


def test_cards_of_three_versions():
    assert found(CARDS.encode()) == [
        (1, "Kim Test", "kim@example.org"),
        (9, "Bo Ek", "bo@example.org"),
        (15, "Élodie Mél", "elodie@example.org"),
    ]


def test_a_card_without_an_address_is_a_problem_of_its_line():
    _people, problems = read_people(b"BEGIN:VCARD\nVERSION:4.0\nFN:Kim\nEND:VCARD\n")
    assert [(each.line, each.column) for each in problems] == [(1, "email")]


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (61 * 1024**2))
    return stream.getvalue()


def not_a_workbook() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (bomb, "too large"),
        (not_a_workbook, "not a workbook"),
        (lambda: workbook(("name", "email"), ("Kim", "kim@example.org"))[:-300], "not a workbook"),
        (lambda: b"\xd0\xcf\x11\xe0rest", ".xlsx"),
        (lambda: b"BEGIN:VCARD\nnonsense\nEND:VCARD\n", "line 1"),
        (lambda: b"BEGIN:VCARD\nFN:Kim\n", "no one"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(make, word: str):
    people, problems = read_people(make())
    assert people == [] and len(problems) == 1 and word in str(problems[0])
