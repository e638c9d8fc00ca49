"""``python -m ml.one_reading MODALITY [PATH]``: one reading, by the weights in ``VIVA_WEIGHTS``, as JSON.

For weights of an earlier version: a process of its own, so that nothing of the installed version is in its memory.
Words come from standard input. Prints ``{"reading": …}``, or ``{"error": KIND, "code": …, "message": …}``, on standard
output.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from ml.core.errors import MediaError, ModelMissing, Unreadable


def one_reading(modality: str, source: str) -> dict[str, Any]:
    """The reading of a recording at ``source``, or of these words, or why there is none."""
    try:
        if modality == "text":
            from ml.text import infer as text

            return {"reading": text.read(source).to_json()}
        if modality == "face":
            from ml.face import infer as face

            return {"reading": face.read(source).to_json()}
        from ml.speech import infer as speech

        return {"reading": speech.read(source).to_json()}
    except Unreadable as error:
        return {"error": "unreadable", "code": error.code, "message": error.message}
    except MediaError as error:
        return {"error": "media", "code": error.code, "message": error.message}
    except ModelMissing as error:
        return {"error": "model", "code": error.code, "message": error.message}


if __name__ == "__main__":
    _modality = sys.argv[1]
    json.dump(one_reading(_modality, sys.argv[2] if len(sys.argv) > 2 else sys.stdin.read()), sys.stdout)
