"""The report's charts as Plotly's JSON, made of what the policy lets be seen (policy check 2)."""

from __future__ import annotations

import json
from typing import Any

from webapp.core.translation import ENGLISH, language, translate_stored
from webapp.reports.formatting import TRAITS, emotion, trait
from webapp.reports.view import AnswerView, ReportView

#: What each expression's area is hatched with; the two commonest stay plain.
PATTERNS = {
    "angry": "x",
    "disgust": "+",
    "fear": "\\",
    "fearful": "\\",
    "sad": "/",
    "surprise": ".",
    "surprised": ".",
    "calm": "-",
    "contempt": "|",
}


def of_answer(answer: AnswerView) -> dict[str, Any]:
    """The figures of one answer, by the name that the page asks for."""
    from ml.figures import charts, events  # Plotly takes a while to import: only for those who ask for charts

    found: dict[str, Any] = {}
    for modality in ("face", "speech"):
        if result := answer.result(modality):
            if result.track:
                track = charts.emotion_track(result.track, result.seconds)
                if modality == "face":
                    events.hatch_unnamed(track, result.track)
                found[f"{modality}-track"] = _json(track, answer.seconds)
            if result.distribution:
                found[f"{modality}-distribution"] = _json(charts.distribution(result.distribution))
    if face := answer.result("face"):
        found["face-events-track"] = _json(events.face_events(face), answer.seconds)
    if (speech := answer.result("speech")) and (speech.track or speech.activity):
        from ml.figures.timeline import together

        found["together-track"] = _json(together(answer.result("face"), speech), answer.seconds)
    if answer.fused:
        found["fused-track"] = _json(charts.emotion_track(answer.fused.track), answer.seconds)
        if answer.fused.valence:
            from ml.figures.valence import valence_track

            found["fused-valence-track"] = _json(valence_track(answer.fused), answer.seconds)
        found["fused-distribution"] = _json(charts.distribution(answer.fused.distribution))
    if (text := answer.result("text")) and text.traits:
        found["traits"] = _json(charts.big_five(text.traits))
    return found


def of_interview(report: ReportView) -> dict[str, Any]:
    """The figures that sum up the interview."""
    from ml.figures import charts

    found: dict[str, Any] = {}
    if report.emotions:
        found["distribution"] = _json(charts.distribution(report.emotions.distribution))
    if report.traits:
        found["traits"] = _json(charts.big_five(report.traits.traits))
    return found


def _json(figure: Any, seconds: float | None = None) -> dict[str, Any]:
    """Plotly's JSON of a figure in the report's words, without the template: the page gives its own colours.

    A track covers its whole recording of ``seconds``, so that all tracks of an answer and its player are one to one.
    """
    plain = json.loads(figure.to_json())
    plain.get("layout", {}).pop("template", None)
    if seconds:
        plain["layout"].setdefault("xaxis", {})["range"] = [0, seconds]
    for trace in plain["data"]:
        if trace.get("stackgroup"):
            _pattern(trace)
            trace["name"] = emotion(trace["name"])
        elif trace["type"] == "bar":
            trace["y"] = [emotion(label) for label in trace["y"]]
        elif trace["type"] == "scatter" and isinstance(trace.get("y"), list):
            trace["y"] = [trait(label.lower()) if str(label).lower() in TRAITS else label for label in trace["y"]]
    return plain if language() == ENGLISH else _translated(plain)


def _translated(drawn: Any) -> Any:
    """The figure with each text that ml/figures marks in the page's language."""
    if isinstance(drawn, dict):
        return {key: _translated(value) for key, value in drawn.items()}
    if isinstance(drawn, list):
        return [_translated(value) for value in drawn]
    return translate_stored(drawn) if isinstance(drawn, str) else drawn


def _pattern(trace: dict[str, Any]) -> None:
    """A pattern beside the colour, so that colour alone carries no meaning."""
    shape = PATTERNS.get(trace["name"], "")
    if shape:
        trace["fillpattern"] = {"shape": shape, "size": 7, "solidity": 0.2, "fillmode": "overlay", "fgopacity": 0.55}
