"""Face, voice and activity over one axis."""

import itertools
import json

from ml.core.emotions import FACE_EMOTIONS, SPEECH_EMOTIONS
from ml.core.readings import FaceReading, ModelVersion, SpeechReading, Track
from ml.figures.timeline import BARS, together

MODEL = ModelVersion("test", "test.1", "0")


def reading(labels, seconds, every, **values):
    times = [step * every for step in range(int(seconds / every))]
    rows = [None if step % 7 == 3 else [1 / len(labels)] * len(labels) for step in range(len(times))]
    kind = FaceReading if labels is FACE_EMOTIONS else SpeechReading
    return kind(MODEL, 1.0, seconds=seconds, track=Track(labels, times, rows), **values)


ACTIVITY = [[0.0, 5.0, "speech"], [6.0, 7.0, "other"], [8.0, 20.0, "second"]]


def test_all_rows_share_one_axis():
    figure = together(reading(FACE_EMOTIONS, 60, 0.2), reading(SPEECH_EMOTIONS, 58, 1.5, activity=ACTIVITY))
    plain = json.loads(figure.to_json())
    assert {trace.get("xaxis", "x") for trace in plain["data"]} == {"x"}
    assert plain["layout"]["xaxis"]["range"] == [0, 60]
    assert {trace.get("stackgroup") for trace in plain["data"]} == {"Face", "Voice", None}
    domains = [plain["layout"][name]["domain"] for name in ("yaxis", "yaxis2", "yaxis3")]
    assert all(a[1] < b[0] for a, b in itertools.pairwise(domains))
    assert [t["name"] for t in plain["data"] if t.get("fill") == "toself"] == [
        "Speech",
        "Second voice?",
        "No voice?",
    ]
    legend = [t["name"] for t in plain["data"] if t.get("stackgroup") and t["showlegend"]]
    assert len(legend) == 9  # each expression once: eight of the face, and calm


def test_a_voice_alone_and_an_old_reading():
    figure = together(None, reading(SPEECH_EMOTIONS, 30, 1.5))
    assert {trace.stackgroup for trace in figure.data} == {"Voice"}
    assert together(None, SpeechReading(MODEL, 1.0, seconds=3.0, activity=ACTIVITY)).data


def test_many_stretches_stay_few():
    many = [[step, step + 0.5, "speech"] for step in range(2_000)]
    figure = together(None, reading(SPEECH_EMOTIONS, 2_000, 1.5, activity=many))
    bar = next(trace for trace in figure.data if trace.name == "Speech")
    assert len(bar.x) <= 5 * BARS and bar.x[-2] == 1_999.5
