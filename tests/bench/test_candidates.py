"""The bench of candidates: what it counts as lost or doubled, how it ends, and what it takes away behind itself."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bench import __main__ as command
from bench import candidate_killer, candidates
from bench.candidate_client import OVER, Candidate, Ledger

TABLES = """
create table recordings (id, take_id, state, original_key);
create table answers (id integer primary key, interview_id, question_id, text);
create table takes (id, answer_id);
create table interviews (id, invitation_id, state);
create table interview_events (interview_id, type);
create table messages (invitation_id, channel, kind);
insert into interviews values ('i', 'n', 'submitted');
insert into recordings values ('r', 't', 'ready', 'r.mp4');
insert into answers (interview_id, question_id, text) values ('i', 'q', 'Said. ');
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings/r.mp4").write_bytes(b"bytes")
    with sqlite3.connect(tmp_path / "viva.db") as connection:
        connection.executescript(TABLES)
    connection.close()
    return tmp_path


def ledger() -> Ledger:
    return Ledger({"r": hashlib.sha256(b"bytes").hexdigest()}, {"i": "Said."}, {"i"})


def test_what_is_there_is_neither_lost_nor_doubled(home):
    assert candidates._compare(home, ledger()) == {"submitted": 1, "lost": 0, "doubled": 0}


@pytest.mark.parametrize(
    "change",
    [
        "delete from recordings",
        "update recordings set state = 'rejected'",
        "update answers set text = 'Sai'",
        "update interviews set state = 'open'",
    ],
)
def test_what_was_confirmed_and_is_not_there_is_lost(home, change):
    with sqlite3.connect(home / "viva.db") as connection:
        connection.execute(change)
    connection.close()
    assert candidates._compare(home, ledger())["lost"] == 1


def test_other_bytes_are_lost(home):
    (home / "recordings/r.mp4").write_bytes(b"byte")
    assert candidates._compare(home, ledger())["lost"] == 1


def test_two_interviews_of_one_invitation_are_doubled(home):
    with sqlite3.connect(home / "viva.db") as connection:
        connection.execute("insert into interviews values ('j', 'n', 'open')")
    connection.close()
    assert candidates._compare(home, ledger())["doubled"] == 1


def test_nobody_begins_or_goes_on_when_the_time_is_over():
    over = Ledger(until=time.monotonic())
    person = Candidate(9, over, np.random.default_rng(1))
    assert person.whole_way("/i/x", [], []) == OVER
    assert over.begun == 0
    late = Ledger(until=time.monotonic() + 0.2)
    began = time.monotonic()
    assert Candidate(9, late, np.random.default_rng(1)).whole_way("/i/x", [], []) == OVER
    assert (late.begun, time.monotonic() - began < 10) == (1, True)


def test_a_signal_ends_it_as_the_clock_does():
    going = Ledger()
    with candidates._asked_to_stop(going):
        os.kill(os.getpid(), signal.SIGTERM)
        assert going.is_over
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)


def test_folders_of_runs_that_were_killed_are_taken_away(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    mine = tmp_path / f"{candidate_killer.PREFIX}{os.getpid()}-a"
    theirs = tmp_path / f"{candidate_killer.PREFIX}{ended.pid}-a"
    other = tmp_path / f"{candidate_killer.PREFIX}else-a"
    for folder in (mine, theirs, other):
        (folder / "home").mkdir(parents=True)
    candidate_killer.sweep(tmp_path)
    assert [folder.exists() for folder in (mine, theirs, other)] == [True, False, True]


def test_only_who_takes_an_option_is_told_it(capsys, monkeypatch):
    told = {}

    def measure(interviews: int = 1, seed: int = 1) -> dict[str, bool]:
        told.update(interviews=interviews, seed=seed)
        return {"complete": True}

    monkeypatch.setattr(candidates, "measure", measure)
    assert command.main(["candidates", "--json", "--interviews", "7", "--seed", "0"]) == 0
    assert told == {"interviews": 7, "seed": 0}
    assert command.main(["delivery", "--interviews", "7"]) == 2
    assert "no option --interviews" in capsys.readouterr().err
    assert command.main(["candidates", "--interviews", "0"]) == 2
