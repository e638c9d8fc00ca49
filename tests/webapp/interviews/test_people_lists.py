"""Lists of people as other programs export them, and the command that checks one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from webapp.interviews import cli
from webapp.interviews.people_csv import read_people

KIM = [("Kim Test", "kim@example.org")]


@pytest.mark.parametrize(
    "text",
    [
        "First name,Last name,Email\nKim,Test,kim@example.org\n",
        "Email Address;Surname;Given Name\r\nkim@example.org;Test;Kim\r\n",
        "first_name\tlast_name\te-mail\nKim\tTest\tkim@example.org\n",
        "Name,First name,E-mail\nTest,Kim,kim@example.org\n",
        "sep=;\r\nname;email\r\nKim Test;kim@example.org\r\n",
        '\ufeff"sep=,"\r\nname,email\r\nKim Test,kim@example.org\r\n',
        "Kim Test <kim@example.org>\n",
        'Name,Email\n,"Kim Test <kim@example.org>"\n',
        "Email\nKim Test <kim@example.org>\n",
        "Kim,Test,kim@example.org\n",
        "kim@example.org,Kim Test\n",
        "name,email\n\u200eKim\u200b Test\u200f,\u2060kim@exam\u200dple.org\u00a0\n",
        "name,email\nKim\u00a0Test,mailto:kim@example.org\n",
    ],
)
def test_one_person_is_found(text: str):
    people, problems = read_people(text.encode())
    assert [str(problem) for problem in problems] == []
    assert [(person.name, person.email) for person in people] == KIM


def test_a_copied_list_of_addresses():
    text = '"Ruiz, Ana" <ana@example.org>,\nBo Lind <bo@example.org>,\n'
    people, problems = read_people(text.encode())
    assert not problems and [person.name for person in people] == ["Ruiz, Ana", "Bo Lind"]


@pytest.mark.parametrize("name", ["علی\u200cرضا", "क्\u200dष", "José", "O’Neil-Łuk"])
def test_names_of_all_scripts_stay_as_they_are(name: str):
    people, problems = read_people(f"name,email\n{name},x@example.org\n".encode())
    assert not problems and people[0].name == name


def run(tmp_path: Path, capsys, data: bytes) -> tuple[int, dict | None, str]:
    (tmp_path / "people.csv").write_bytes(data)
    code = cli.main([str(tmp_path / "people.csv"), "--dry-run", "--json"])
    captured = capsys.readouterr()
    assert list(tmp_path.iterdir()) == [tmp_path / "people.csv"]
    return code, json.loads(captured.out) if captured.out else None, captured.err


def test_the_command_prints_people_and_errors(tmp_path: Path, capsys):
    data = "sep=;\nName;Email\nKim Test;kim@firma.local\n;pat@example.org\nLee;lee at example.org\nBo;KIM@firma.local\n"
    code, found, _ = run(tmp_path, capsys, data.encode())
    assert code == 1
    assert found["people"] == [{"name": "Kim Test", "email": "kim@firma.local", "row": 3}]
    assert [(each["row"], each["column"], each["value"]) for each in found["errors"]] == [
        (4, "name", None),
        (5, "email", "lee at example.org"),
        (6, "email", "KIM@firma.local"),
    ]
    assert "@-sign" in found["errors"][1]["cause"] and "line 3" in found["errors"][2]["cause"]


def test_the_command_without_errors_and_with_no_list(tmp_path: Path, capsys):
    assert run(tmp_path, capsys, b"name,email\nKim Test,kim@example.org\n")[0] == 0
    for data in (b"\xff\xfe\x00", b"PK\x03\x04\x00\x00", b'name,email\n"Kim,kim@example.org\n'):
        code, found, said = run(tmp_path, capsys, data)
        assert code == 2 and found is None and said.startswith("viva: ")
    assert cli.main([str(tmp_path / "none.csv"), "--dry-run"]) == 2
