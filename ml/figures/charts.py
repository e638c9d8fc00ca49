"""Plotly figures of readings: the web report, the command line's page and a notebook draw the same.

Backgrounds are transparent and text is a grey that can be read on light and on dark. Colours are Okabe and
Ito's, which people with any kind of colour vision tell apart (https://jfly.uni-koeln.de/color/); no meaning
rests on colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ml.core.emotions import canonical
from ml.core.messages import N_
from ml.core.readings import Estimate, Track

#: A colour for each emotion, the same for face and voice.
COLOURS = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#E69F00",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#9AA0A8",
    "calm": "#F0E442",
    "contempt": "#8C6BB1",
}
_ALIASES = {"negative": "angry", "positive": "happy"}
_INK, _GRID, _ACCENT = "#737983", "rgba(128,134,145,0.25)", "#3D7DCA"
#: Points of a track that are drawn at most; neighbours are averaged.
POINTS = 240


def colour(label: str) -> str:
    """The colour (#RRGGBB) of an emotion of either model."""
    return COLOURS.get(_ALIASES.get(label, canonical(label)), "#555B66")


def emotion_track(track: Track | None, seconds: float | None = None, title: str = "") -> go.Figure:
    """Emotions over time as stacked areas that add up to 1; where nothing could be read there is a hole.

    ``track`` is a face's, a voice's or both's; without one the figure is empty. The axis ends after ``seconds``, where
    that is given.
    """
    figure = go.Figure()
    if track and track.times:
        times, rows = thin(track, POINTS)
        known = ~np.isnan(rows[:, 0])
        for column, label in enumerate(track.labels):
            figure.add_scatter(
                x=times.tolist(),
                y=[round(float(v), 4) if ok else 0.0 for v, ok in zip(rows[:, column], known, strict=True)],
                name=label,
                stackgroup="emotions",
                mode="lines",
                line={"width": 0.5, "color": colour(label)},
                fillcolor=colour(label),
                hovertemplate="%{y:.0%}",
            )
    _style(figure, title, 300)
    figure.update_layout(
        hovermode="x unified",
        xaxis={"rangemode": "tozero", "hoverformat": ".1f", "ticksuffix": " s"},
        yaxis={"range": [0, 1], "tickformat": ".0%"},
        xaxis_range=[0, seconds] if seconds else None,
        legend={"orientation": "h", "y": -0.14, "x": 0, "traceorder": "normal"},
    )
    return figure


def distribution(estimates: Mapping[str, Estimate], title: str = "") -> go.Figure:
    """The mean probability of each emotion as bars with their 95 % intervals, the likeliest on top."""
    order = sorted(estimates, key=lambda label: estimates[label].value)
    figure = go.Figure(
        go.Bar(
            x=[estimates[label].value for label in order],
            y=order,
            orientation="h",
            marker={"color": [colour(label) for label in order]},
            error_x=_interval([estimates[label] for label in order]),
            customdata=[[estimates[label].low, estimates[label].high] for label in order],
            hovertemplate="%{y}: %{x:.0%} (%{customdata[0]:.0%} to %{customdata[1]:.0%})<extra></extra>",
        )
    )
    _style(figure, title, 70 + 30 * max(1, len(order)))
    top = max([estimate.high for estimate in estimates.values()], default=1.0)
    figure.update_layout(
        xaxis={"range": [0, min(1.0, max(0.2, top * 1.08))], "tickformat": ".0%"}, yaxis={"showgrid": False}
    )
    return figure


def big_five(traits: Mapping[str, Estimate], title: str = "") -> go.Figure:
    """The Big Five as dots with their 95 % intervals around the middle."""
    order = list(traits)[::-1]
    figure = go.Figure(
        go.Scatter(
            x=[traits[trait].value for trait in order],
            y=[trait.capitalize() for trait in order],
            mode="markers",
            marker={"size": 11, "color": _ACCENT},
            error_x=_interval([traits[trait] for trait in order]),
            customdata=[[traits[trait].low, traits[trait].high] for trait in order],
            hovertemplate="%{y}: %{x:.0%} (%{customdata[0]:.0%} to %{customdata[1]:.0%})<extra></extra>",
        )
    )
    _style(figure, title, 90 + 38 * max(1, len(order)))
    figure.update_layout(
        xaxis={"range": [0, 1], "tickformat": ".0%", "title": {"text": N_("upper half"), "font": {"size": 12}}},
        yaxis={"showgrid": True, "gridcolor": _GRID},
        shapes=[
            {"type": "line", "x0": 0.5, "x1": 0.5, "yref": "paper", "y0": 0, "y1": 1}
            | {"line": {"color": _INK, "width": 1, "dash": "dot"}}
        ],
    )
    return figure


def thin(track: Track, points: int) -> tuple[np.ndarray, np.ndarray]:
    """A track's times (N,) and rows (N, K) with NaN for holes, neighbours averaged until N is at most
    ``points``."""
    times = np.asarray(track.times, dtype=float)
    rows = np.full((len(times), len(track.labels)), np.nan)
    for index, row in enumerate(track.probabilities):
        if row is not None:
            rows[index] = row
    together = -(-len(times) // points)
    if together <= 1:
        return times, rows
    starts = np.arange(0, len(times), together)
    known = ~np.isnan(rows[:, 0])
    counts = np.add.reduceat(known, starts, dtype=float)
    sums = np.add.reduceat(np.nan_to_num(rows), starts, axis=0)
    sizes = np.diff(np.append(starts, len(times)))
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(counts[:, None] > 0, sums / counts[:, None], np.nan)
    return np.add.reduceat(times, starts) / sizes, means


def _interval(estimates: Sequence[Estimate]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [max(0.0, e.high - e.value) for e in estimates],
        "arrayminus": [max(0.0, e.value - e.low) for e in estimates],
        "color": _INK,
        "thickness": 1.4,
        "width": 5,
    }


def _style(figure: go.Figure, title: str, height: int) -> None:
    axis = {"gridcolor": _GRID, "zerolinecolor": _GRID, "linecolor": _GRID, "automargin": True}
    figure.update_layout(
        template="none",
        title={"text": title, "font": {"size": 15}, "x": 0, "xanchor": "left"} if title else None,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": _INK, "size": 13, "family": "system-ui, sans-serif"},
        margin={"l": 12, "r": 16, "t": 44 if title else 12, "b": 40},
        height=height,
        xaxis=axis,
        yaxis=axis,
        showlegend=None,
    )
