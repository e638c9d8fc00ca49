"""Files of captions and transcripts as programs and people write them."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from ml.transcripts.formats import CaptionsError, read


def said(data: bytes | str) -> list[str]:
    return [cue.text for cue in read(data.encode() if isinstance(data, str) else data).cues]


def turns(data: bytes | str) -> list[tuple[str | None, str]]:
    return [(cue.speaker, cue.text) for cue in read(data.encode() if isinstance(data, str) else data).cues]


def refusal(data: bytes | str) -> CaptionsError:
    with pytest.raises(CaptionsError) as refused:
        read(data.encode() if isinstance(data, str) else data)
    return refused.value


def vtt(*texts: str) -> str:
    cues = [f"00:0{n}.000 --> 00:0{n + 1}.000\n{text}\n" for n, text in enumerate(texts)]
    return "WEBVTT\n\n" + "\n".join(cues)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Map&lt;K, V&gt; is &lt; 3 ms &amp; safe", "Map<K, V> is < 3 ms & safe"),
        ("if x < 3 and y > 4 we stop", "if x < 3 and y > 4 we stop"),
        ("a Set<String> of names", "a Set<String> of names"),
        ("<i>we</i> <b>did</b> <c.yellow>it</c>", "we did it"),
        ('<font color="#fff">so</font> {\\an8}it is', "so it is"),
        ("&amp;lt; is how it is written", "&lt; is how it is written"),
        ("AT&T and R&D, fish &copy chips", "AT&T and R&D, fish &copy chips"),
        ("caf&#233;&nbsp;au lait&lrm;", "café au lait"),
        ("over\ntwo lines", "over two lines"),
    ],
)
@pytest.mark.parametrize("form", ["vtt", "srt"])
def test_markup_goes_and_words_stay(text: str, right: str, form: str):
    file = vtt(text) if form == "vtt" else f"1\n00:00:00,000 --> 00:00:01,000\n{text}\n"
    found = read(file)
    assert found.format == form and [cue.text for cue in found.cues] == [right]


def test_times_are_in_seconds():
    cue = read("1\n01:02:03,5 --> 01:02:04,250\nHello there.\n").cues[0]
    assert (cue.start, cue.end) == (3723.5, 3724.25)
    cue = read("WEBVTT\n\n02:03.040 --> 02:04.000 line:0% align:start\nHello there.\n").cues[0]
    assert (cue.start, cue.end) == (123.04, 124.0)


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:00,000 --> 00:00:02,000\nWe had 42\n2\n00:00:02,000 --> 00:00:04,000\nservers then\n",
        "1\n00:00:00,000 --> 00:00:02,000\n\nWe had\n\n42\n\n2\n\n00:00:02,000 --> 00:00:04,000\nservers then\n\n",
        "00:00:00,000 --> 00:00:02,000\nWe had 42\n00:00:02,000 --> 00:00:04,000\nservers then",
        "1\r\n00:00:00,000 --> 00:00:02,000\r\nWe had 42\r\n \t\r\n2\r\n00:00:02,000 --> 00:00:04,000 X1:1 Y1:2\r\nservers then",
        "WEBVTT\n00:00.000 --> 00:02.000\nWe had 42\n00:02.000 --> 00:04.000\nservers then",
        "WEBVTT\nKind: captions\nLanguage: en\n\nNOTE made by hand\n\nSTYLE\n::cue { color: red }\n\nintro\n"
        "00:00.000 --> 00:02.000\nWe had 42\n\nNOTE\nto be\nchecked\n\nend of it\n00:02.000 --> 00:04.000\nservers then\n",
        "WEBVTT\n\n6f1c-0/5-0\n00:00.000 --> 00:02.000\nWe had 42\n\n6f1c-0/5-1\n00:02.000 --> 00:04.000\nservers then",
    ],
    ids=["no blank", "stray blank", "no numbers", "spaces", "vtt, no blank", "vtt, notes", "vtt, names"],
)
def test_blank_lines_and_numbers_are_no_words(text: str):
    assert " ".join(said(text)) == "We had 42 servers then"


def test_rolling_captions_are_said_once():
    rolling = (
        "WEBVTT\n\n00:00.000 --> 00:02.000\n \nso<00:00.400><c> we</c><00:00.800><c> moved</c>\n\n"
        "00:02.000 --> 00:02.010\nso we moved\n \n\n00:02.010 --> 00:04.000\nso we moved\nthe<00:02.500><c> queue</c>\n\n"
        "00:04.000 --> 00:04.010\nthe queue\n \n\n00:04.010 --> 00:06.000\nthe queue\nto<00:05.000><c> Redis</c>\n"
    )
    assert said(rolling) == ["so we moved", "the queue", "to Redis"]
    assert said(vtt("I", "I led", "I led it", "I led it well")) == ["I", "led", "it", "well"]
    srt = "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n{text}\n\n"
        for n, text in enumerate(["we began small", "we began small\nwith two people", "with two people\nand grew"], 1)
    )
    assert said(srt) == ["we began small", "with two people", "and grew"]


def test_what_is_said_twice_stays():
    assert said(vtt("No.", "No.", "I said no.")) == ["No.", "No.", "I said no."]
    assert said(vtt("We tested it.", "It was slow.", "It was slow, so we stopped.", "Then on.", "And on.")) == [
        "We tested it.", "It was slow.", "It was slow, so we stopped.", "Then on.", "And on."
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ana Ruiz>Why us?</v>\n\n00:01.000 --> 00:02.000\n<v.loud Bo Lind>You ship\nfast.",
        "WEBVTT\n\n1\n00:00.000 --> 00:01.000\nAna Ruiz: Why us?\n\n2\n00:01.000 --> 00:02.000\nBo Lind: You ship fast.\n",
        "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ana Ruiz>Why us?</v> <v Bo Lind>You ship fast.</v>\n",
        'WEBVTT\n\n00:00.000 --> 00:01.000\n{"speakerName":"Ana Ruiz","spokenText":"Why us?"}\n\n'
        '00:01.000 --> 00:02.000\n{"speakerName":"Bo Lind","spokenText":"You ship fast."}\n',
        "1\n00:00:00,000 --> 00:00:01,000\nAna Ruiz: Why us?\n\n2\n00:00:01,000 --> 00:00:02,000\nBo Lind: You ship fast.",
        "Ana Ruiz  0:00\nWhy us?\n\nBo Lind  0:01\nYou ship fast.\n",
        "[Ana Ruiz] 10:00:05\nWhy us?\n\n[Bo Lind] 10:00:09\nYou ship fast.\n",
        "[00:00:01] Ana Ruiz: Why us?\n[00:00:02] Bo Lind: You ship fast.\n",
        "Ana Ruiz: Why us?\nBo Lind: You ship\nfast.\n" * 1,
        json.dumps({"segments": [{"start": 0.0, "end": 1.0, "text": " Why us?", "speaker": "Ana Ruiz"},
                                 {"start": 1.0, "end": 2.0, "text": " You ship fast.", "speaker": "Bo Lind"}]}),
        json.dumps({"entries": [{"text": "Why us?", "speakerDisplayName": "Ana Ruiz", "startOffset": "00:00:00.1234567", "endOffset": "00:00:01"},
                                {"text": "You ship fast.", "speakerDisplayName": "Bo Lind", "startOffset": "00:00:01"}]}),
        json.dumps({"timeline": [{"ts": "00:00:00.100", "end_ts": "00:00:01", "text": "Why us?", "users": [{"username": "Ana Ruiz"}]},
                                 {"ts": "00:00:01.000", "text": "You ship fast.", "users": [{"username": "Bo Lind"}]}]}),
        "[Script Info]\nTitle: x\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,not said\n"
        "Dialogue: 0,0:00:00.00,0:00:01.00,Default,Ana Ruiz,0,0,0,,{\\i1}Why{\\i0} us?\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Bo Lind,0,0,0,,You ship\\Nfast.\n",
    ],
    ids=["teams", "zoom", "one cue", "teams metadata", "srt", "teams text", "zoom chat", "stamped", "labels", "whisperx",
         "teams json", "zoom json", "ass"],
)  # fmt: skip
def test_speakers_are_told_apart(text: str):
    found = read(text)
    if text.startswith("Ana Ruiz: "):
        text = text.replace("ship\nfast", "ship fast")
        found = read(text)
    assert found.speakers == ["Ana Ruiz", "Bo Lind"]
    assert [(cue.speaker, cue.text) for cue in found.cues] == [("Ana Ruiz", "Why us?"), ("Bo Lind", "You ship fast.")]
    assert found.of("bo lind").text == "You ship fast."
    with pytest.raises(CaptionsError) as refused:
        found.of("Cy")
    assert refused.value.code == "speaker" and "Ana Ruiz" in str(refused.value)
    with pytest.raises(CaptionsError) as refused:
        found.one_speaker()
    assert refused.value.code == "speakers"


@pytest.mark.parametrize(
    "text",
    [
        "Situation: the queue was slow.\nTask: find out why.\nAction: I measured.\nResult: it was the disk.",
        "I had one rule: measure first.\nThen I wrote: it works.",
        "My answer: yes. It took 3:20 to finish.",
        "See https://example.org for it.\nAt 10:30 we began.",
    ],
)
def test_headings_are_no_speakers(text: str):
    found = read(text)
    assert found.format == "text" and found.speakers == [] and found.text == " ".join(text.split())


@pytest.mark.parametrize(
    ("data", "form", "times"),
    [
        ("0:00:00.000,0:00:01.500\nWe shipped.\n\n0:00:01.500,0:00:03.000\nTwice.\n", "sbv", [(0, 1.5), (1.5, 3)]),
        ("[00:00:00.000 --> 00:00:01.500]   We shipped.\n[00:00:01.500 --> 00:00:03.000]   Twice.\n", "whisper", [(0, 1.5), (1.5, 3)]),
        ("[00:00.000 --> 00:01.500] We shipped.\n[00:01.500 --> 00:03.000] [BLANK_AUDIO] Twice.\n", "whisper", [(0, 1.5), (1.5, 3)]),
        (json.dumps({"transcription": [{"timestamps": {"from": "x"}, "offsets": {"from": 0, "to": 1500}, "text": " We shipped."},
                                       {"offsets": {"from": 1500, "to": 3000}, "text": " Twice."}]}), "json", [(0, 1.5), (1.5, 3)]),
        (json.dumps({"events": [{"tStartMs": 0, "dDurationMs": 1500, "segs": [{"utf8": "We "}, {"utf8": "shipped."}]},
                                {"tStartMs": 1500, "dDurationMs": 1500, "segs": [{"utf8": "Twice."}]}]}), "json", [(0, 1.5), (1.5, 3)]),
        ("start\tend\ttext\n0\t1500\tWe shipped.\n1500\t3000\tTwice.\n", "text", [(0, 1.5), (1.5, 3)]),
        ("0:00\nWe shipped.\n0:02\nTwice.\n", "text", [(0, 2), (2, None)]),
        ("We shipped.\nTwice.\n", "text", [(None, None)] * 2),
    ],
    ids=["sbv", "whisper.cpp", "whisper", "whisper.cpp json", "youtube json", "tsv", "copied", "text"],
)  # fmt: skip
def test_other_formats(data: str, form: str, times: list):
    found = read(data)
    assert found.format == form and [cue.text for cue in found.cues] == ["We shipped.", "Twice."]
    assert [(cue.start, cue.end) for cue in found.cues] == times


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_in_every_form(encoding: str):
    text = "1\n00:00:00,000 --> 00:00:02,000\nŁukasz and Zoë met in Москва\n"
    assert said(text.encode(encoding)) == ["Łukasz and Zoë met in Москва"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Andrés wasn’t in Orléans, he was in Zürich", "cp1252"),
        ("Pracowałem dwa lata w dziale, który nie miał żadnych testów, i wdrożyłem je z zespołem", "cp1250"),
        ("Pracowałem dwa lata w dziale, który nie miał żadnych testów, i wdrożyłem je z zespołem", "iso8859_2"),
        ("J’ai étudié à Besançon et nous avons créé une équipe qui était très forte", "mac_roman"),
        ("Я работал два года в отделе, где не было ни одного теста, и мы вместе их написали", "cp1251"),
        ("Dvořák and Řezník were there", "cp1250"),
        ("Señor Muñoz said so", "cp1252"),
    ],
)
def test_old_encodings_are_read_right_or_refused(text: str, encoding: str):
    file = f"1\n00:00:00,000 --> 00:00:02,000\n{text}\n".encode(encoding)
    try:
        assert said(file) == [text]
    except CaptionsError as refused:
        assert refused.code == "encoding" and "UTF-8" in str(refused)


def test_the_usual_old_encoding_is_read():
    assert said("I met Andrés, René and Jürgen in Köln".encode("cp1252")) == ["I met Andrés, René and Jürgen in Köln"]
    polish = "Pracowałem dwa lata w dziale, który nie miał żadnych testów, i wdrożyłem je z zespołem"
    assert said(polish.encode("cp1250")) == [polish]


def word_file(*paragraphs: str) -> bytes:
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{name}"><w:body>{body}</w:body></w:document>')
    return stream.getvalue()


def test_a_word_file_is_read_if_it_is_a_transcript():
    found = read(word_file("Ana Ruiz   0:03", "Why us?", "Bo Lind   0:07", "You ship fast."))
    assert found.format == "docx" and [cue.start for cue in found.cues] == [3, 7]
    assert turns(word_file("Ana Ruiz: Why us?", "Bo Lind: You ship fast."))[1] == ("Bo Lind", "You ship fast.")
    assert refusal(word_file("Minutes of a meeting", "We talked about much.")).code == "format"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n1 0 obj\n", b"PK\x03\x04" + b"\0" * 40, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40,
        b"{\\rtf1\\ansi Hello}", b"<html><body>Hello</body></html>", b'<?xml version="1.0"?><tt><p begin="0s">Hi</p></tt>',
        b'{"a": 1}', b"[" * 200_000, b'{"a":' * 100_000, b"{0}{50}Hello\n{50}{100}There\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"1,00:00:01,00:00:02,Hello\n2,00:00:02,00:00:03,There\n",
    ],
)  # fmt: skip
def test_all_else_is_refused_and_the_formats_are_named(data: bytes):
    refused = refusal(data)
    assert refused.code == "format" and ".vtt" in str(refused) and ".docx" in str(refused)
