"""Drift over months as a figure: one line for each watched number, over bands that say what is usual."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from ml.figures.charts import _GRID, _INK

#: Okabe and Ito's, with a mark of its own for each: no meaning rests on colour alone.
_LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#8C6BB1", "#E69F00")
_MARKS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")


def drift(
    lines: Sequence[tuple[str, Sequence[tuple[str, int, float | None]]]], noticed: float, alarming: float
) -> go.Figure:
    """``lines``: (name, [(month, n, index or None)]). Months without an index leave a hole. The two dotted lines are
    the thresholds."""
    figure = go.Figure()
    months = sorted({month for _name, points in lines for month, _n, _index in points})
    for number, (name, points) in enumerate(lines):
        by_month = {month: (n, index) for month, n, index in points}
        figure.add_scatter(
            x=months,
            y=[by_month.get(month, (0, None))[1] for month in months],
            customdata=[by_month.get(month, (0, None))[0] for month in months],
            name=name,
            mode="lines+markers",
            line={"color": _LINES[number % len(_LINES)], "width": 2},
            marker={"symbol": _MARKS[number % len(_MARKS)], "size": 9},
            hovertemplate="%{x}: %{y:.2f} (n = %{customdata})",
        )
    known = [index for _name, points in lines for _month, _n, index in points if index is not None]
    axis = {"gridcolor": _GRID, "zerolinecolor": _GRID, "linecolor": _GRID, "automargin": True}
    figure.update_layout(
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": _INK, "size": 13, "family": "system-ui, sans-serif"},
        margin={"l": 12, "r": 16, "t": 12, "b": 40},
        height=300,
        xaxis={**axis, "type": "category"},
        yaxis={**axis, "range": [0, max([alarming * 1.6, *(each * 1.1 for each in known)])], "tickformat": ".2f"},
        legend={"orientation": "h", "y": -0.2, "x": 0},
        showlegend=True,
        shapes=[
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": level, "y1": level}
            | {"line": {"color": _INK, "width": 1.5, "dash": dash}}
            for level, dash in ((noticed, "dot"), (alarming, "dash"))
        ],
    )
    return figure
