"""Reading answers with the shipped weights."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
import time

import numpy as np
import pytest

from ml.core import registry, runtime
from ml.core.errors import ModelMissing, Unreadable
from ml.core.readings import TRAITS
from ml.text.calibration import BASE_MODELS, logit
from ml.text.features import analyse
from ml.text.infer import read, read_many
from ml.text.scoring import score

ANSWER = """In my last job I worked with a small team that built a booking system for a hospital. We had to be ready in
three months, and halfway through the person who knew the most about the old system fell ill. I asked
everybody to write down what they knew, made a plan with them, and spoke with the nurses every week about
what mattered most to them. Some evenings I worried that we would never finish, but I like a problem that
looks too big at first. I'm quiet in meetings, though I do enjoy explaining things to one person at a time.
In the end we were two weeks late and nobody minded, because it worked from the first morning. If I did it
again I'd ask for help earlier, and I would not promise a date before I had seen the data. I think what I
learnt is that people forgive a delay when you tell them about it in time."""


def test_an_answer_is_read() -> None:
    reading = read(ANSWER)
    assert tuple(reading.traits) == TRAITS
    for estimate in reading.traits.values():
        assert 0 < estimate.low < estimate.value < estimate.high < 1
        assert estimate.n == reading.statistics["words"] == len(ANSWER.split())
    assert reading.coverage > 0.95
    assert reading.model.version.startswith("text-")
    assert reading.warnings == []
    assert read(ANSWER) == reading
    json.dumps(reading.to_json())


def test_the_stated_minimum_is_enough_and_one_word_less_is_not() -> None:
    fewest = registry.describe("text")["minimum_words"]
    words = (ANSWER + " " + ANSWER).split()
    assert read(" ".join(words[:fewest])).statistics["words"] == fewest
    assert f"has {fewest - 1} words" in _refused(" ".join(words[: fewest - 1])).message


def test_together_says_what_one_by_one_says() -> None:
    texts = [ANSWER, "too short", ANSWER * 3, "", ANSWER.upper()]
    together = read_many(texts)
    assert [isinstance(found, Unreadable) for found in together] == [False, True, False, True, False]
    assert together[1].code == "too_little_text" and together[3].code == "no_text"
    for text, found in zip(texts, together, strict=True):
        if not isinstance(found, Unreadable):
            alone = read(text, explain=False)
            for trait in TRAITS:
                assert found.traits[trait].value == pytest.approx(alone.traits[trait].value, abs=1e-5)
    assert read_many([]) == []


def test_more_words_make_a_narrower_interval_and_a_better_reading() -> None:
    fewer, more = (read(" ".join((ANSWER * 4).split()[:count])) for count in (60, 600))
    for trait in TRAITS:
        a, b = fewer.traits[trait], more.traits[trait]
        assert np.ptp(logit(np.array([b.low, b.high]))) < np.ptp(logit(np.array([a.low, a.high])))
    assert fewer.accuracy["value"] < more.accuracy["value"]
    assert fewer.accuracy["majority"] == pytest.approx(0.51, abs=0.02)


def _refused(text: str) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(text)
    return caught.value


def test_three_words_are_too_few() -> None:
    refusal = _refused("I don't know")
    fewest = registry.describe("text")["minimum_words"]
    assert refusal.code == "too_little_text"
    assert f"at least {fewest} are needed" in refusal.message
    assert "This answer has 3 words" in refusal.message
    assert "This answer has 3 words" in _refused("Well-known, I think…").message
    assert "This answer has 1 word;" in _refused("Yes.").message


CODE = """
def total(rows, start=0):
    for row in rows:
        if row.kind == Kind.OPEN and not row.hidden:
            start += int(row.amount * 100) // len(rows)
    return {"sum": start, "rows": [row.id for row in rows]}

class Ledger(Base):
    __tablename__ = "ledger"
    amount: Mapped[float] = mapped_column(Float, default=0.0)
"""


def test_code_is_no_english_prose() -> None:
    assert _refused(CODE * 5).code == "not_english"


@pytest.mark.parametrize("text", ["", "   \n\t", "\x00\x00", "😀😀👍", "12 345 !!!", "<br><p></p>"])
def test_no_text(text: str) -> None:
    assert _refused(text).code == "no_text"


def test_one_word_a_thousand_times() -> None:
    refusal = _refused("word " * 1000)
    assert refusal.code == "too_little_text"
    assert "repeats 1 different word;" in refusal.message


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe in meiner letzten Stelle mit einem kleinen Team an einem System für das Krankenhaus "
        "gearbeitet und wir mussten nach drei Monaten fertig sein aber dann wurde der Kollege krank der am "
        "meisten wusste also habe ich alle gebeten ihr Wissen aufzuschreiben und jede Woche mit den "
        "Schwestern gesprochen was ihnen am wichtigsten war " * 4,
        "Dans mon dernier emploi je travaillais avec une petite équipe qui construisait un système pour un "
        "hôpital et nous devions être prêts en trois mois mais la personne qui connaissait le mieux le vieux "
        "système est tombée malade alors nous avons tout écrit ensemble et parlé avec les infirmières chaque "
        "semaine pour savoir la suite " * 4,
        "En mi último trabajo colaboré con un equipo pequeño que construía un sistema para un hospital y "
        "teníamos que terminar en tres meses pero la persona que más sabía del sistema se puso enferma "
        "entonces pedí a todos que escribieran lo que sabían y hablé con las enfermeras cada semana sobre lo "
        "que era más importante para ellas " * 4,
        "В моей последней работе мы строили систему для больницы и должны были закончить через три месяца",
        "在我上一份工作中我和一个小团队一起为医院建立了预约系统我们必须在三个月内完成" * 5,
        "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et"
        " dolore magna aliqua ut enim ad minim veniam quis nostrud exercitation ullamco laboris nisi ut "
        "aliquip ex ea commodo consequat " * 8,
    ],
    ids=["German", "French", "Spanish", "Russian", "Chinese", "Latin"],
)
def test_other_languages_are_refused(text: str) -> None:
    refusal = _refused(text)
    assert refusal.code == "not_english"
    assert "English" in refusal.message


def test_markup_emoji_and_null_bytes_change_little() -> None:
    dressed = "<div><p>" + ANSWER.replace(". ", ".</p>\x00 😀 <p>").replace("'", "’") + "</p></div>"
    plain, odd = read(ANSWER), read(dressed)
    assert odd.statistics["words"] == plain.statistics["words"]
    for trait in TRAITS:
        assert odd.traits[trait].value == pytest.approx(plain.traits[trait].value, abs=0.02)


def test_a_hundred_thousand_words() -> None:
    begin = time.process_time()
    reading = read(ANSWER * 600)
    assert time.process_time() - begin < 20
    assert reading.statistics["words"] <= 50_000
    assert "Only the first 50,000" in reading.warnings[0]


def test_a_warm_answer_takes_little_time() -> None:
    read(ANSWER)
    times = []
    for number in range(10):
        begin = time.process_time()
        read(f"{ANSWER} Number {number}.")
        times.append(time.process_time() - begin)
    assert min(times) < 0.1  # 0.04 to 0.07 s of a processor, whose speed varies by half


def test_serving_imports_no_training_library() -> None:
    code = (
        "import sys, ml.text.infer as i\n"
        "heavy = {'keras', 'tensorflow', 'torch', 'gensim', 'nltk', 'sklearn', 'scipy', 'librosa'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=registry.__file__.rsplit("/", 3)[0]
    )
    assert done.returncode == 0, done.stderr


def test_missing_weights_say_what_to_do(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))
    with pytest.raises(ModelMissing) as caught:
        read(ANSWER)
    assert caught.value.code == "model_missing"
    assert "./viva train text" in caught.value.message
    real = registry.Path(registry.__file__).parents[1] / "weights" / "text.json"
    (tmp_path / "text.json").write_text(real.read_text())
    with pytest.raises(ModelMissing) as caught:
        read(ANSWER)
    assert caught.value.code == "model_missing"


def test_a_damaged_file_is_noticed(tmp_path, monkeypatch) -> None:
    real = registry.weights_folder()
    monkeypatch.setenv("VIVA_WEIGHTS", str(tmp_path))
    (tmp_path / "text.json").write_text((real / "text.json").read_text())
    for name in registry.describe("text")["files"]:
        (tmp_path / name).write_bytes(b"not the model")
    with pytest.raises(ModelMissing) as caught:
        read(ANSWER)
    assert caught.value.code == "model_damaged"


def test_onnx_says_what_keras_says() -> None:
    import keras

    from ml.text import vectors
    from ml.text.windows import windows

    model = keras.saving.load_model(registry.file_of("text", "text.keras"), compile=False)
    vocabulary = vectors.load(registry.file_of("text", vectors.FILE))
    x = vocabulary.vectors[windows(vocabulary.encode(analyse(ANSWER * 3).lemmas))]
    expected = keras.ops.convert_to_numpy(model(x, training=False))
    session = runtime.session("text")
    found = session.run(None, {session.get_inputs()[0].name: x})[0]
    assert found.shape == expected.shape == (len(x), expected.shape[1], len(TRAITS))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_every_file_is_small_enough_and_as_described() -> None:
    for name in registry.describe("text")["files"]:
        assert registry.file_of("text", name).stat().st_size < 10_000_000


def test_a_text_without_tokens_scores_zero() -> None:
    empty, full = score([analyse(""), analyse(ANSWER)])
    assert not empty.base.any() and empty.base.shape == (len(BASE_MODELS), len(TRAITS))
    assert full.base.any(axis=1).all()


def test_real_answers_of_every_kind_are_read(real_data) -> None:
    """Transcripts of real interviews: long, with fillers, and English all of them."""
    with gzip.open(real_data / "text/mit_interviews.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = [row["transcript"] for _, row in zip(range(10), csv.DictReader(stream), strict=False)]
    spoken = [" ".join(part.split(":", 1)[1] for part in row.split("|") if "viewee:" in part) for row in rows]
    readings = [read(text) for text in spoken if len(analyse(text).words) >= 200]
    assert len(readings) > 5
    assert min(reading.coverage for reading in readings) > 0.9
