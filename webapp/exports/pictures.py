"""Small charts as pictures: no library, no script, and a sentence for who cannot see them."""

from __future__ import annotations

import base64

from ml.core.naming import has_interval
from ml.core.readings import Estimate

#: Width and height in pixels, and the margin that keeps the ends of an interval in the picture.
WIDTH, HEIGHT, MARGIN = 240, 16, 4
#: Told apart by anybody, on white and in grey: a blue-green bar and a near-black interval.
BAR, LINE, GROUND = "#5aa9a0", "#1d2523", "#efede7"


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
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{"".join(parts)}</svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
