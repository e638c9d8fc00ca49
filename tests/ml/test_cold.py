"""A cold `./viva analyse` and what hears and sees in live rooms import none of the packages that only workers pay for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ml.media import synthetic

PAID_BY_WORKERS = ("gensim", "nltk", "librosa", "numba")
ASSERT = f"; import sys; print([name for name in {PAID_BY_WORKERS} if name in sys.modules])"


def imported_by(code: str) -> str:
    """Which of the packages a process of its own has imported after ``code``."""
    done = subprocess.run([sys.executable, "-c", code + ASSERT], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic.talking_face(tmp_path_factory.mktemp("cold") / "answer.webm", synthetic.ANSWERS["project"], 3)


def test_a_cold_analysis_of_everything(answer: Path):
    code = f"from ml.analyse import analyse; from ml.media import synthetic; r = analyse({str(answer)!r}, synthetic.WRITTEN_ANSWER)"
    assert imported_by(code) == "[]"


def test_the_live_rooms_reader():
    assert imported_by("from ml.live import worker; import ml.live.voice; worker.warm_up()") == "[]"


def test_a_reading_of_content_does():
    """So that the two above can fail."""
    code = "from ml.content.infer import read; from ml.media import synthetic; read(synthetic.WRITTEN_ANSWER, 'Helps')"
    assert imported_by(code) == "['gensim', 'nltk']"
