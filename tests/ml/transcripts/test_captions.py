"""Captions in and out, and corrections."""

from itertools import pairwise

import pytest

from bench.word_error_rate import plain_words, word_errors
from ml.transcripts.captions import CaptionsError, parse, plain, to_vtt
from ml.transcripts.correct import correct
from ml.transcripts.transcript import LINE_CHARACTERS, Transcript, Word

SAID = Transcript(
    [
        Word("We", 0.5, 0.7, 0.9),
        Word("fixed", 0.7, 1.1, 0.95),
        Word("it", 1.1, 1.2, 0.3),
        Word("with", 1.2, 1.4, 0.9),
        Word("locks.", 1.4, 2.0, 0.8),
        Word("Then", 4.0, 4.3, 0.9),
        Word("we", 4.3, 4.5, 0.9),
        Word("slept.", 4.5, 5.0, 0.9),
    ],
    "en",
    "Fake",
)
SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>We</i> moved\r\ntwo features.\r\n\r\n"
    "2\r\n00:00:03,000 --> 00:00:04,000\r\nDone.\r\n"
)
VTT = (
    "\ufeffWEBVTT - a title\n\nNOTE a note\n\nSTYLE\n::cue { color: red }\n\nintro\n"
    "00:01.000 --> 00:02.500 align:start\n"
    "<v Kim>We moved &amp; two features.\n\n01:00:03.000 --> 01:00:04.000\nDone.\n"
)


def test_webvtt_has_a_cue_a_line_and_marks_doubt():
    text = to_vtt(SAID)
    assert text.startswith("WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nWe fixed <i>it</i> with locks.\n")
    assert "00:00:04.000 --> 00:00:05.000\nThen we slept.\n" in text
    assert parse(text).text == SAID.text


def test_cues_do_not_overlap_and_end_with_the_recording():
    words = [Word(f"w{k}.", k * 0.4, k * 0.4 + 0.1) for k in range(40)]
    text = to_vtt(Transcript(words, breaks=list(range(40))), seconds=15.75)
    times = [line.split(" --> ") for line in text.splitlines() if " --> " in line]
    assert len(times) == 40
    assert all(a < b for a, b in times)
    assert all(end <= following for (_, end), (following, _) in pairwise(times))
    assert times[-1][1] <= "00:00:15.750"


def test_lines_are_short():
    words = [Word("word", k * 0.3, k * 0.3 + 0.2, 0.9) for k in range(300)]
    lines = Transcript(words).lines()
    assert all(len(line.text) <= LINE_CHARACTERS and line.end - line.start < 7 for line in lines)
    assert " ".join(line.text for line in lines) == Transcript(words).text
    assert Transcript([]).lines() == []


def test_a_transcript_survives_json():
    assert Transcript.from_json(SAID.to_json()) == SAID


@pytest.mark.parametrize("text", [SRT, VTT], ids=["srt", "vtt"])
def test_files_are_read(text):
    found = parse(text)
    assert found.words[0] == Word("We", 1.0, found.words[0].end, None)
    assert len(found.lines()) == 2 and found.lines()[1].text == "Done."
    assert found.lines()[0].start == 1.0 and found.lines()[0].end == 2.5
    starts = [word.start for word in found.words]
    assert starts == sorted(starts)


def test_plain_text_has_lines_and_no_times():
    found = parse("First line.\n\nSecond line of it.\n")
    assert [line.text for line in found.lines()] == ["First line.", "Second line of it."]
    assert not found.timed and to_vtt(found) == "WEBVTT\n"
    assert plain("One line only.").text == "One line only."


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("WEBVTT\n", "empty"),
        ("00:00:03,000 --> 00:00:01,000\nBack in time.", "times"),
        ("00:09:00,000 --> 00:09:01,000\nAnother recording's.", "times"),
        ("00:00:01,000 --> 00:00:02,000\n\n", "empty"),
        ("x" * 2_000_001, "too_large"),
    ],
)
def test_what_is_no_transcript_is_refused(text, code):
    with pytest.raises(CaptionsError) as refused:
        parse(text, 60.0)
    assert refused.value.code == code


def test_corrections_keep_the_times_of_what_stays():
    found = correct(SAID, ["We fixed it with two locks.", ""])
    assert found.text == "We fixed it with two locks."
    assert found.words[1] == Word("fixed", 0.7, 1.1, None)
    two = found.words[4]
    assert 1.4 <= two.start <= two.end <= 1.4 + 1e-9 or 1.2 <= two.start <= two.end <= 2.0
    assert all(word.confidence is None for word in found.words)
    starts = [word.start for word in found.words]
    assert starts == sorted(starts)
    unchanged = correct(SAID, [line.text for line in SAID.lines()])
    assert unchanged.words == SAID.words
    with pytest.raises(ValueError):
        correct(SAID, ["one line"])


def test_corrections_of_untimed_text():
    found = correct(plain("First.\nSecond."), ["First line.", "Second."])
    assert found.text == "First line. Second." and not found.timed


def test_word_errors():
    said = plain_words("Kids are talking by the door.")
    assert word_errors(said, plain_words("kids are talking, by the door")) == 0
    assert word_errors(said, plain_words("the kids are walking by the door")) == 2
    assert word_errors(said, []) == 6
