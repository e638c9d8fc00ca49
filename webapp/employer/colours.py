"""An organisation's colour made readable: shades of it that have enough contrast on every ground they are used on.

By WCAG 2.2: text 4.5:1, what carries meaning 3:1. A colour that has not enough is made darker, on dark pages lighter,
step by step and no more than it takes; its hue stays.
"""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass

#: The grounds of light and of dark pages on which the accent stands (webapp/static/css/tokens.css).
LIGHT, DARK = ("#ffffff", "#f6f5f1", "#efede7"), ("#141917", "#1c2321", "#101413")
INK = {"light": ("#ffffff", "#1d2523"), "dark": ("#0c1f1c", "#ffffff")}
ENOUGH = 4.5
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Shade:
    """The accent of one theme, what is written on it, and a soft ground that the accent can be read on."""

    accent: str
    ink: str
    soft: str


def is_colour(text: str) -> bool:
    """Whether ``text`` is ``#rrggbb`` in lower case."""
    return bool(_COLOUR.fullmatch(text))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG, 1 to 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def shades(colour: str) -> dict[str, Shade]:
    """``colour`` for light and for dark pages."""
    return {"light": _shade(colour, LIGHT, -1, "light"), "dark": _shade(colour, DARK, 1, "dark")}


def is_changed(colour: str) -> bool:
    """Whether either theme needs another shade than the colour itself."""
    return any(shade.accent != colour for shade in shades(colour).values())


def _shade(colour: str, grounds: tuple[str, ...], way: int, theme: str) -> Shade:
    accent = colour
    soft = _mixed(accent, grounds[0], 0.12)
    while any(contrast(accent, ground) < ENOUGH for ground in (*grounds, soft)):
        accent = _lighter(accent, way * 0.02)
        soft = _mixed(accent, grounds[0], 0.12)
    return Shade(accent, max(INK[theme], key=lambda ink: contrast(ink, accent)), soft)


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _text(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, part))):02x}" for part in (red, green, blue))


def _luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _lighter(colour: str, by: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    return _text(*colorsys.hls_to_rgb(hue, min(1.0, max(0.0, lightness + by)), saturation))


def _mixed(colour: str, ground: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    red, green, blue = (share * one + (1 - share) * other for one, other in pairs)
    return _text(red, green, blue)
