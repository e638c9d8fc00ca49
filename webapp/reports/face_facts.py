"""A face reading in rows and sentences for the report's template."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from ml.core.readings import FaceReading
from ml.face import abstain, events
from webapp.core.pages import clock, percent

#: Moments that are suggested for a look at the map.
SUGGESTED = 4


def init_app(app: Flask) -> None:
    """Give the facts to the templates."""
    app.jinja_env.globals.update(face_rows=rows, face_people=people, face_moments=moments, face_unnamed=unnamed)


def unnamed(reading: FaceReading) -> float | None:
    """The share (0..1) of the time with a face in which no expression is worth naming."""
    return abstain.share_unnamed(reading.track)


def rows(reading: FaceReading, count: int = 30) -> list[dict[str, Any]]:
    """The recording as at most ``count`` equal stretches: start, end (s); the expression named in most of each, with
    its mean probability, or None with ``read`` telling whether a face was read at all; ``open`` share; number of
    ``blinks``; ``persons`` seen."""
    seconds = reading.seconds
    if not seconds:
        return []
    step = max(1.0, (seconds + 1e-6) / count)
    parts = abstain.stretches(reading.track)
    mouth = events.open_stretches(reading.mouth) if reading.mouth else None
    blinks = reading.blinks["times"]
    persons = events.persons(reading)
    found = []
    for index in range(int(-(-seconds // step))):
        start, end = index * step, min(seconds, (index + 1) * step)
        shares: dict[str | None, float] = {}
        values: dict[str, float] = {}
        for part in parts:
            common = _common(part["start"], part["end"], start, end)
            if common > 0:
                shares[part["label"]] = shares.get(part["label"], 0.0) + common
                if part["label"]:
                    values[part["label"]] = max(values.get(part["label"], 0.0), part["value"])
        label = max(shares, key=lambda name: shares[name]) if shares else None
        found.append(
            {
                "start": start,
                "end": end,
                "read": bool(shares),
                "label": label,
                "value": values.get(label) if label else None,
                "open": None
                if mouth is None or not shares
                else min(1.0, sum(_common(a, b, start, end) for a, b in mouth) / (end - start)),
                "blinks": sum(start <= time < end for time in blinks),
                "persons": sum(any(_common(a, b, start, end) > 0 for a, b in spans) for _, spans, _ in persons),
            }
        )
    return found


def people(reading: FaceReading) -> list[str]:
    """What is to be said of persons other than the one read, a sentence each."""
    found = []
    others = [track for track in reading.tracks if not track["candidate"]]
    for number, track in enumerate(sorted(others, key=lambda one: one["first"]), 2):
        share = track["share"]
        spans = track["spans"] or [[track["first"], track["last"]]]
        when = ", ".join(_("%(first)s to %(last)s", first=clock(first), last=clock(last)) for first, last in spans[:4])
        if len(spans) > 4:
            when = ngettext(
                "%(when)s and %(num)s more time", "%(when)s and %(num)s more times", len(spans) - 4, when=when
            )
        seen = {
            2: _("A second person was in the picture from %(when)s.", when=when),
            3: _("A third person was in the picture from %(when)s.", when=when),
            4: _("A fourth person was in the picture from %(when)s.", when=when),
        }.get(number, _("Another person was in the picture from %(when)s.", when=when))
        if share is not None:
            seen += " " + _("That is %(share)s of the frames.", share=percent(share))
        found.append(seen)
    return found


def moments(reading: FaceReading) -> list[dict[str, Any]]:
    """Moments worth a look, in order of time: where each expression that is named at all was named most surely."""
    best: dict[str, dict[str, Any]] = {}
    for part in abstain.stretches(reading.track):
        if part["label"] and part["value"] > best.get(part["label"], {"value": 0.0})["value"]:
            best[part["label"]] = part
    chosen = sorted(best.values(), key=lambda part: -part["value"])[:SUGGESTED]
    return sorted(
        ({"label": part["label"], "time": round((part["start"] + part["end"]) / 2, 1)} for part in chosen),
        key=lambda one: one["time"],
    )


def _common(a: float, b: float, start: float, end: float) -> float:
    return max(0.0, min(b, end) - max(a, start))
