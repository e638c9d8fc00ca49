"""One self-contained page about an analysis: figures with tables, facts, what was not read and why, and the limits."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from ml.analyse import LIMITS
from ml.core.formatting import clock, percent
from ml.core.naming import has_interval
from ml.core.readings import (
    Estimate,
    FaceReading,
    FusedReading,
    SpeechReading,
    TextReading,
    Track,
    open_reading,
)
from ml.figures import charts
from ml.summary import NAMES, facts, media_facts

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #fff; --ink: #23262b; --soft: #5c626c;
  --line: #e2e0da; --mark: #2f6fb7; --note: #fdf4de; }
@media (prefers-color-scheme: dark) { :root { --paper: #15171a; --card: #1d2024; --ink: #e8e6e1; --soft: #a5abb5;
  --line: #33373d; --mark: #82b1ea; --note: #2d2717; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main, header { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; } main { padding-bottom: 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.015em; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; margin: 0 0 1rem; }
h3 { font-size: .95rem; margin: 1.4rem 0 .2rem; color: var(--soft); font-weight: 600; }
.soft { color: var(--soft); margin: 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.4rem 1.5rem;
  margin: 1.2rem 0; }
.limits { background: var(--note); } .limits p { margin: 0; max-width: 60rem; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(14rem, 44%), 1fr)); gap: .9rem 1.5rem;
  margin: 0; }
dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; overflow-wrap: anywhere; }
.figure { width: 100%; } .figure text { fill: var(--ink) !important; }
.figure .hoverlayer text { fill: #23262b !important; }
details { margin: .3rem 0 0; } summary { color: var(--mark); cursor: pointer; width: fit-content; }
.scroll { max-height: 20rem; overflow: auto; margin-top: .6rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
.warning { border-left: 3px solid #c88700; padding-left: .8rem; margin: 1rem 0 0; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
"""
_SCRIPT = """
for (const script of document.querySelectorAll('script[type="application/json"]')) {
  const figure = JSON.parse(script.textContent);
  Plotly.newPlot(script.previousElementSibling, figure.data, figure.layout, {responsive: true, displayModeBar: false});
}
"""


def page(result: dict[str, Any]) -> str:
    """The HTML of an analysis (what :func:`ml.analyse.analyse` returns); it needs no other file and no network."""
    media = result["media"]
    title = f"Analysis of {media['name']}" if media else "Analysis of a text"
    created = result["created"].replace("T", " ").replace("+00:00", " UTC")
    parts = [_reading(name, result) for name in ("face", "speech")]
    parts += _together(result)
    parts.append(_reading("text", result))
    recording = f"<section><h2>Recording</h2>{_facts(media_facts(media))}</section>" if media else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} – Viva</title>
<style>{_STYLE}</style>
<script>{get_plotlyjs()}</script>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<p class="soft">Made by Viva {escape(result["viva"])}, {escape(created)}</p>
</header>
<main>
<section class="limits" aria-label="Limits"><h2>What this cannot tell</h2><p>{escape(LIMITS)}</p></section>
{recording}
{"".join(parts)}
</main>
<script>{_SCRIPT}</script>
</body>
</html>
"""


def _reading(name: str, result: dict[str, Any]) -> str:
    title = NAMES[name]
    if result[name] is None:
        return (
            f'<section><h2>{title}: not read</h2><p class="soft">{escape(result["reason"][name] or "")}</p></section>'
        )
    reading = open_reading(name, result[name])
    warnings = "".join(f'<p class="warning">{escape(text)}</p>' for text in reading.warnings)
    model = [("Model", reading.model.version)]
    drawn = _traits(reading) if isinstance(reading, TextReading) else _emotions(reading)
    return f"<section><h2>{title}</h2>{_facts(facts(reading) + model)}{warnings}{drawn}</section>"


def _together(result: dict[str, Any]) -> list[str]:
    """Face and voice together, where both were read; the paper's system reads for itself, or says why it cannot."""
    why = result["reason"].get("fusion")
    if why:
        return [f'<section><h2>Face and voice together: not read</h2><p class="soft">{escape(why)}</p></section>']
    if not result["fusion"]:
        return []
    fused = FusedReading.from_json(result["fusion"])
    return [_fusion(fused)] if fused.fusion == "paper" or all(result[name] for name in ("face", "speech")) else []


def _fusion(fused: FusedReading) -> str:
    weights = fused.weights
    rows = [
        ("Weight of the face", percent(weights["face"])),
        ("Weight of the voice", percent(weights["speech"])),
        ("Coverage", percent(fused.coverage)),
        ("Strongest", fused.dominant or "too even to name one"),
    ]
    return f"<section><h2>Face and voice together</h2>{_facts(rows)}{_emotions(fused)}</section>"


def _emotions(reading: FaceReading | SpeechReading | FusedReading) -> str:
    if not reading.distribution or reading.track is None:
        return '<p class="soft">Not enough to draw.</p>'
    over_time = _figure(
        charts.emotion_track(reading.track, getattr(reading, "seconds", None)),
        "Emotions over time, as stacked areas; the table below has the same.",
    )
    mean = _figure(
        charts.distribution(reading.distribution),
        "Mean probability of each emotion with 95 % intervals; see the table below.",
    )
    return (
        f"<h3>Over time</h3>{over_time}{_track_table(reading.track)}"
        f"<h3>In all, with 95 % intervals</h3>{mean}{_estimates('Emotion', reading.distribution)}"
    )


def _traits(reading: TextReading) -> str:
    drawn = _figure(charts.big_five(reading.traits), "Big Five with 95 % intervals; the table below has the same.")
    return f"<h3>Big Five, with 95 % intervals</h3>{drawn}{_estimates('Trait', reading.traits)}"


def _figure(figure: go.Figure, label: str) -> str:
    data = figure.to_json().replace("<", "\\u003c")  # no text in it can end the script
    height = int(figure.layout.height)
    return (
        f'<div class="figure" role="img" aria-label="{escape(label)}" style="height:{height}px"></div>'
        f'<script type="application/json">{data}</script>'
    )


def _facts(rows: list[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<div><dt>{escape(a)}</dt><dd>{escape(b)}</dd></div>" for a, b in rows) + "</dl>"


def _estimates(what: str, estimates: dict[str, Estimate]) -> str:
    rows = [(label.capitalize(), percent(e.value, 1), _interval(e), str(e.n)) for label, e in estimates.items()]
    return _table((what, "Mean" if what == "Emotion" else "Probability", "95 % interval", "n"), rows)


def _interval(estimate: Estimate) -> str:
    if not has_interval(estimate):
        return "too little to tell"
    return f"{percent(estimate.low, 1)} to {percent(estimate.high, 1)}"


def _track_table(track: Track) -> str:
    times, rows = charts.thin(track, 120)
    body = [
        (clock(time), *(("–",) * len(row) if row[0] != row[0] else (percent(value) for value in row)))
        for time, row in zip(times, rows, strict=True)
    ]
    return _table(("Time", *(label.capitalize() for label in track.labels)), body)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    columns = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(c)}</td>" for c in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        '<details><summary>As a table</summary><div class="scroll" tabindex="0">'
        f"<table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )
