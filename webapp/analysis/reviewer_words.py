"""Why an answer was not read, for those who review it. The models' own words tell candidates what to do next time; a
reviewer reads what was found."""

from __future__ import annotations

import re

from ml.core.messages import N_

#: Words that speak to whoever was recorded.
_ADDRESSED = re.compile(r"\b(you|your|again)\b", re.IGNORECASE)

_FOUND = {
    "black": N_("The picture is black, so no face could be read."),
    "no_video": N_("This recording has no picture, so no face could be read."),
    "no_face": N_("No face was seen in this recording."),
    "still_picture": N_("The picture does not move: it is a photograph or a frozen camera, not a film of a face."),
    "crowd": N_("So many faces were in the picture at once that nobody could be read as the one who answers."),
    "drawing": N_("What looks like a face here seems to be drawn, not filmed, so nothing was read from it."),
    "photograph": N_("The face moves only as a whole, as on a photograph, so nothing was read from it."),
    "no_audio": N_("The recording has no sound, so no voice could be read."),
    "no_voice": N_("There is sound in the recording, but nobody can be heard to speak."),
    "silence": N_("No speech can be heard in the recording."),
}


def reason_for_reviewers(code: str | None, reason: str | None) -> str | None:
    """``reason`` as a reviewer should read it: what was found, where the words speak to the candidate."""
    if code in _FOUND and reason and _ADDRESSED.search(reason):
        return _FOUND[code]
    return reason
