"""Face, voice and speech activity of one answer on one axis of time, and why a voice was read as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from ml.core.emotions import canonical
from ml.core.messages import N_
from ml.core.readings import FaceReading, SpeechReading, Track
from ml.figures.charts import _GRID, POINTS, _style, colour, thin

if TYPE_CHECKING:
    from ml.speech.explain import Explanation  # loads the models' code, which a figure does not need

#: Kinds of sound in the bottom row: name, colour (Okabe and Ito), pattern.
SOUNDS = {
    "speech": (N_("Speech"), "#0072B2", ""),
    "second": (N_("Second voice?"), "#D55E00", "/"),
    "other": (N_("No voice?"), "#9AA0A8", "x"),
}
BARS = 600  # stretches of one kind that are drawn at most: a figure of five hours stays small
MARKED = 0.35  # of the strongest piece: pieces that moved the verdict less are not outlined


def together(face: FaceReading | None, speech: SpeechReading) -> go.Figure:
    """Rows over one axis of time: the face's expression, the voice's, and where what sounds.

    Without a face's track its row is left out.
    """
    figure = go.Figure()
    seconds = max(face.seconds if face else 0.0, speech.seconds) or None
    tracks = ((N_("Face"), face.track if face else None), (N_("Voice"), speech.track))
    rows = [(name, track) for name, track in tracks if track]
    shown: set[str] = set()
    layout: dict[str, Any] = {}
    bottom, height = 0.16, 0.84 / max(1, len(rows))
    for place, (name, track) in enumerate(reversed(rows)):
        axis = f"y{place + 2}"
        low = bottom + place * height
        layout[f"yaxis{place + 2}"] = {
            "domain": [low + 0.03, low + height - 0.03],
            "range": [0, 1],
            "tickformat": ".0%",
            "tickvals": [0, 0.5, 1],
            "title": {"text": name, "font": {"size": 13}},
            "automargin": True,
            "gridcolor": _GRID,
            "zerolinecolor": _GRID,
            "anchor": "x",
        }
        _areas(figure, track, name, axis, shown)
    _activity(figure, speech)
    _style(figure, "", 150 + 150 * len(rows))
    figure.update_layout(
        barmode="overlay",
        hovermode="x unified",
        xaxis={"anchor": "y", "ticksuffix": " s", "hoverformat": ".1f", "zeroline": False},
        xaxis_range=[0, seconds] if seconds else None,
        yaxis={
            "domain": [0, 0.11],
            "tickvals": [0],
            "ticktext": ["Sound"],
            "automargin": True,
            "range": [-0.5, 0.5],
            "showgrid": False,
            "zeroline": False,
        },
        legend={"orientation": "h", "y": -0.1, "yanchor": "top", "x": 0, "traceorder": "normal"},
        **layout,
    )
    return figure


def _areas(figure: go.Figure, track: Track, name: str, axis: str, shown: set[str]) -> None:
    times, rows = thin(track, POINTS)
    known = ~np.isnan(rows[:, 0]) if len(rows) else np.zeros(0, bool)
    for column, label in enumerate(track.labels):
        common = canonical(label)
        figure.add_scatter(
            x=times.tolist(),
            y=[round(float(v), 4) if ok else 0.0 for v, ok in zip(rows[:, column], known, strict=True)],
            name=label,
            legendgroup=common,
            showlegend=common not in shown,
            stackgroup=name,
            yaxis=axis,
            mode="lines",
            line={"width": 0.5, "color": colour(label)},
            fillcolor=colour(label),
            hovertemplate=f"{name}: %{{y:.0%}}",
        )
        shown.add(common)


def _activity(figure: go.Figure, speech: SpeechReading) -> None:
    for kind, (name, fill, pattern) in SOUNDS.items():
        spans = [(start, end) for start, end, what in speech.activity if what == kind]
        while len(spans) > BARS:
            spans = [(a[0], b[1]) for a, b in zip(spans[::2], [*spans[1::2], spans[-1]], strict=False)]
        if not spans:
            continue
        figure.add_scatter(
            x=[place for start, end in spans for place in (start, start, end, end, None)],
            y=[place for _ in spans for place in (-0.4, 0.4, 0.4, -0.4, None)],
            fill="toself",
            mode="none",
            name=name,
            fillcolor=fill,
            fillpattern={"shape": pattern, "size": 6, "solidity": 0.25, "fillmode": "overlay"} if pattern else None,
            hoverinfo="skip",
            yaxis="y",
        )


def explanation(found: Explanation, spectrogram: np.ndarray, hertz: list[float], start: float) -> go.Figure:
    """A spectrogram with the pieces outlined that moved a reading: solid for, dashed against.

    ``spectrogram`` is (frames of 10 ms, bands) in dB, ``hertz`` are the bands' middles and ``start`` is the first
    frame's time in seconds.
    """
    top = float(np.percentile(spectrogram, 99.5)) if spectrogram.size else 0.0
    levels = np.clip(spectrogram, top - 60, top).T
    figure = go.Figure(
        go.Heatmap(
            x=[round(start + 0.01 * k, 2) for k in range(levels.shape[1])],
            y=list(range(len(hertz))),
            z=np.round(levels, 0).astype(int).tolist(),
            colorscale=[[0, "#F4F5F7"], [1, "#30343B"]],
            showscale=False,
            hoverinfo="skip",
        )
    )
    strongest = max((abs(value) for row in found.values for value in row), default=0.0)
    shapes = []
    for row, first, last in zip(found.values, found.times, found.times[1:], strict=False):
        for value, low, high in zip(row, found.bands, found.bands[1:], strict=False):
            if strongest and abs(value) >= MARKED * strongest:
                line = {
                    "color": "#D55E00" if value > 0 else "#0072B2",
                    "width": 2.5,
                    "dash": "solid" if value > 0 else "dot",
                }
                y0, y1 = (float(np.interp(edge, hertz, range(len(hertz)))) for edge in (low, high))
                shapes.append({"type": "rect", "x0": first, "x1": last, "y0": y0, "y1": y1, "line": line})
    for name, fill, dash in (("spoke for it", "#D55E00", "solid"), ("spoke against it", "#0072B2", "dot")):
        figure.add_scatter(
            x=[None], y=[None], mode="lines", name=name, line={"color": fill, "width": 2.5, "dash": dash}
        )
    ticks = (100, 300, 700, 1400, 2200, 3400, 5000, 7000)
    _style(figure, "", 320)
    figure.update_layout(
        shapes=shapes,
        showlegend=True,
        legend={"orientation": "h", "y": -0.16, "x": 0},
        xaxis={"range": [found.start, found.end], "ticksuffix": " s", "showgrid": False},
        yaxis={
            "tickvals": [float(np.interp(tick, hertz, range(len(hertz)))) for tick in ticks],
            "ticktext": [f"{tick / 1000:g} kHz" for tick in ticks],
            "showgrid": False,
        },
    )
    return figure
