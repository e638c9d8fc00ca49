"""The pages that belong to no feature, and what every template may use."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, current_app, redirect, render_template, url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from ml.core.formatting import clock
from webapp.core import zones
from webapp.core.database import now

blueprint = Blueprint("pages", __name__)


def init_app(app: Flask) -> None:
    """Register the pages and the template helpers."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(asset=asset, now=now)
    app.jinja_env.filters.update(clock=clock, percent=percent, decimal=decimal, length_of=length_of)
    zones.init_app(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


@blueprint.get("/")
def home() -> Response | str:
    """Send people to where their work is, and tell strangers what this is."""
    if not current_user.is_authenticated:
        return render_template("home.html")
    return redirect(url_for(current_user.home_endpoint))


def asset(name: str) -> str:
    """The address of a built front-end file, with its content's hash in the name.

    Raises RuntimeError where the front end has not been built.
    """
    return url_for("static", filename=f"dist/{built_file(name).name}")


def built_file(name: str) -> Path:
    """Where a built front-end file is. Raises RuntimeError where the front end has not been built."""
    folder = Path(current_app.static_folder or "") / "dist"
    manifest = folder / "manifest.json"
    try:
        built = _read_manifest(manifest, manifest.stat().st_mtime_ns)
    except FileNotFoundError:
        raise RuntimeError("The front end is not built. Run ./viva up, or ./viva build.") from None
    return folder / built[name]


@lru_cache(maxsize=4)
def _read_manifest(path: Path, _modified: int) -> dict[str, str]:
    built: dict[str, str] = json.loads(path.read_text("utf-8"))
    return built


def length_of(seconds: float) -> str:
    """A length of time with its unit: "5 seconds", and "2:05 minutes" from a minute on."""
    total = round(seconds)
    if total < 60:
        return str(ngettext("%(num)s second", "%(num)s seconds", total))
    return str(_("%(length)s minutes", length=clock(total)))


def percent(value: float | None) -> str:
    """A share (0..1) as whole per cent."""
    return "–" if value is None else str(_("%(number)s %%", number=decimal(100 * value)))


def decimal(value: float, digits: int = 0) -> str:
    """A number with so many digits after the point, in the page's language; what rounds to nought has no sign."""
    rounded = round(value, digits) + 0.0  # -0.0 becomes 0.0
    written = format_decimal(rounded, "#,##0" + ("." + digits * "0" if digits else ""))
    return str(written).replace("-", "−")
