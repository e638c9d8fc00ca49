"""The face's events over time as a Plotly figure: who is there, when the mouth is open, when the eyes blink."""

from __future__ import annotations

import plotly.graph_objects as go

from ml.core.formatting import clock
from ml.core.messages import N_
from ml.core.readings import FaceReading, Track
from ml.face import abstain
from ml.face.events import open_stretches, persons
from ml.figures.charts import _GRID, _style

#: Okabe and Ito's blue, vermilion and green, and a grey; the rows' names say the same as the colours.
_CANDIDATE, _OTHER, _MOUTH, _BLINK = "#0072B2", "#D55E00", "#009E73", "#737983"
#: Stretches of one row that are drawn at most.
BARS = 400


def face_events(reading: FaceReading, title: str = "") -> go.Figure:
    """Rows over time: each person seen, the mouth open, blinks."""
    rows = [(name, spans, _CANDIDATE if mine else _OTHER) for name, spans, mine in persons(reading)]
    if reading.mouth:
        rows.append((N_("Mouth open"), open_stretches(reading.mouth), _MOUTH))
    figure = go.Figure()
    for name, spans, colour in rows:
        spans = spans[:BARS]
        figure.add_bar(
            x=[round(end - start, 3) for start, end in spans],
            base=[round(start, 3) for start, _ in spans],
            y=[name] * len(spans),
            orientation="h",
            name=name,
            marker={"color": colour, "line": {"width": 0}},
            width=0.55,
            customdata=[[clock(start, 1), clock(end, 1)] for start, end in spans],
            hovertemplate="%{y}: %{customdata[0]} to %{customdata[1]}<extra></extra>",
        )
    times = reading.blinks.get("times", [])
    names = [name for name, _, _ in rows]
    if reading.blinks.get("count") is not None:
        names.append(N_("Blinks"))
        figure.add_scatter(
            x=times,
            y=[N_("Blinks")] * len(times),
            mode="markers",
            name=N_("Blinks"),
            marker={"symbol": "line-ns", "size": 16, "color": _BLINK, "line": {"width": 2, "color": _BLINK}},
            customdata=[clock(time, 1) for time in times],
            hovertemplate=N_("Blink at %{customdata}<extra></extra>"),
        )
    _style(figure, title, 62 + 34 * max(1, len(names)))
    figure.update_layout(
        barmode="overlay",
        showlegend=False,
        xaxis={"range": [0, reading.seconds or 1], "ticksuffix": " s", "zeroline": False},
        yaxis={
            "categoryorder": "array",
            "categoryarray": names[::-1],
            "range": [-0.6, len(names) - 0.4],
            "gridcolor": _GRID,
        },
    )
    return figure


def hatch_unnamed(figure: go.Figure, track: Track | None) -> go.Figure:
    """Lay a hatched band over the stretches of an emotion track in which no class is worth naming."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for part in abstain.stretches(track):
        if part["label"] is None:
            xs += [part["start"], part["start"], part["end"], part["end"], None]
            ys += [0, 1, 1, 0, None]
    if xs:
        figure.add_scatter(
            x=[None if x is None else round(x, 2) for x in xs],
            y=ys,
            name=N_("Not enough to tell"),
            legendrank=1,
            mode="lines",
            line={"width": 0, "color": _BLINK},
            fill="toself",
            fillcolor="rgba(128,134,145,0.5)",
            fillpattern={"shape": "/", "size": 9, "solidity": 0.35, "fgcolor": "#202622", "fillmode": "overlay"},
            hoverinfo="skip",
        )
    return figure
