"""What a candidate may need, in words: the kinds of accommodations that an organisation can grant at once."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

#: Kind → what it is to the candidate.
OFFERS = {
    "time": _l("More time to think and to answer"),
    "takes": _l("Two more takes of each recording"),
    "no_clock": _l("No clock: think as long as you need, and answer for up to an hour"),
    "days": _l("A week more, to take breaks and answer on several days"),
    "sound_only": _l("Sound alone: answer video questions without your picture"),
}
