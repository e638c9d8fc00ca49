"""What both kinds of saliency answer with: JSON, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, jsonify

from ml.core.errors import VivaError
from webapp.core.translation import translate_stored
from webapp.saliency.cache import SaliencyBusyError


def answer(make: Callable[[], Any]) -> Response | tuple[Response, int]:
    """JSON of what ``make`` returns; 503 while others are served, 422 where the recording gives none."""
    try:
        return jsonify(make())
    except SaliencyBusyError:
        abort(503)
    except VivaError as error:
        return jsonify(error={"code": error.code, "message": translate_stored(error.message)}), 422
