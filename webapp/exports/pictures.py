"""Small charts as pictures: no library, no script, and a sentence for who cannot see them."""

from __future__ import annotations

import base64

from ml.core.formatting import clock
from ml.core.naming import has_interval
from ml.core.readings import Estimate
from ml.figures.charts import colour
from webapp.workspace.timeline import Row, path_of

#: Width and height in pixels, and the margin that keeps the ends of an interval in the picture.
WIDTH, HEIGHT, MARGIN = 240, 16, 4
#: Told apart by anybody, on white and in grey: a blue-green bar and a near-black interval.
BAR, LINE, GROUND = "#5aa9a0", "#1d2523", "#efede7"
#: A row of a timeline, in the units of its own paths (`webapp.workspace.timeline.path_of`).
LONG, ROW = 1000, 40
_STYLES = {"tl-unsure": "#ffffff", "tl-speech": BAR, "tl-second": "#d55e00", "tl-other": "#c9c5ba"}


def bar(estimate: Estimate, top: float = 1.0) -> str:
    """A share of ``top`` as a bar with its interval: the address of an SVG picture that holds itself."""

    def at(value: float) -> float:
        return round(MARGIN + (WIDTH - 2 * MARGIN) * min(max(value / top, 0.0), 1.0), 1)

    value = at(estimate.value)
    parts = [
        f'<rect x="{MARGIN}" y="3" width="{WIDTH - 2 * MARGIN}" height="10" fill="{GROUND}"/>',
        f'<rect x="{MARGIN}" y="3" width="{round(value - MARGIN, 1)}" height="10" fill="{BAR}"/>',
    ]
    if has_interval(estimate):
        low, high = at(estimate.low), at(estimate.high)
        parts.append(
            f'<path d="M{low} 8H{high}M{low} 4V12M{high} 4V12" stroke="{LINE}" stroke-width="1.5" fill="none"/>'
        )
    return _svg("".join(parts), WIDTH, HEIGHT)


def timeline(row: Row, seconds: float) -> str:
    """One row of an answer's timeline over ``seconds`` (> 0): the address of an SVG picture that holds itself."""
    parts = [f'<rect width="{LONG}" height="{ROW}" fill="{GROUND}"/>']
    for span in row.spans:
        start, width = LONG * span.start / seconds, max(2.0, LONG * (span.end - span.start) / seconds)
        fill = _STYLES.get(span.style) or colour(span.style.removeprefix("emo-"))
        parts.append(f'<rect x="{start:.1f}" width="{width:.1f}" y="2" height="{ROW - 4}" fill="{fill}"/>')
    for run in row.runs:
        path = path_of(run, seconds, ROW)
        parts.append(f'<path d="{path["band"]}" fill="{BAR}" fill-opacity="0.35"/>')
        parts.append(f'<path d="{path["line"]}" fill="none" stroke="{LINE}" stroke-width="1.5"/>')
    return _svg("".join(parts), LONG, ROW)


def in_words(row: Row, most: int = 12) -> str:
    """What a row's picture shows, for who cannot see it: what it is, and up to ``most`` of its stretches."""
    said = [f"{clock(start)}–{clock(end)} {words}" for start, end, words in row.table[:most]]
    return ". ".join([f"{row.name}: {row.about}", *(["; ".join(said)] if said else [])])


def _svg(content: str, width: int, height: int) -> str:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{content}</svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
