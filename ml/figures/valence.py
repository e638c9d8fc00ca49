"""Valence of face and voice together over time: a line with its interval."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ml.core.readings import FusedReading
from ml.figures.charts import _ACCENT, _GRID, _INK, POINTS, _style


def valence_track(fused: FusedReading) -> go.Figure:
    """From unpleasant (-1) to pleasant (1) with the 90 % interval."""
    times = np.array(fused.track.times, float)
    rows = np.array([row or [np.nan] * 3 for row in fused.valence], float).reshape(-1, 3)
    together = max(1, -(-len(times) // POINTS))
    parts = [slice(start, start + together) for start in range(0, len(times), together)]
    middle = [float(times[part].mean()) for part in parts]
    low, value, high = (
        [None if np.isnan(rows[part, k]).all() else round(float(np.nanmean(rows[part, k])), 4) for part in parts]
        for k in range(3)
    )
    figure = go.Figure()
    line = {"mode": "lines", "hoverinfo": "skip", "line": {"width": 0}, "showlegend": False}
    figure.add_scatter(x=middle, y=low, **line)
    figure.add_scatter(x=middle, y=high, fill="tonexty", fillcolor="rgba(61,125,202,0.2)", **line)
    figure.add_scatter(
        x=middle, y=value, mode="lines", line={"width": 2, "color": _ACCENT}, showlegend=False, hovertemplate="%{y:.2f}"
    )
    _style(figure, "", 180)
    figure.update_layout(
        hovermode="x unified",
        xaxis={"rangemode": "tozero", "hoverformat": ".1f", "ticksuffix": " s"},
        yaxis={
            "range": [-1.05, 1.05],
            "tickvals": [-1, 0, 1],
            "ticktext": ["unpleasant", "neither", "pleasant"],
            "gridcolor": _GRID,
        },
        shapes=[
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0, "y1": 0}
            | {"line": {"color": _INK, "width": 1, "dash": "dot"}}
        ],
    )
    return figure
