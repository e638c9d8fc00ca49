"""What about a recording's pictures forbids a reading, or weakens it, said in words and with a code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ml.core.errors import Unreadable
from ml.core.messages import N_

#: A picture is black where its mean is below this (grey levels of 255) and hardly anything in it differs.
BLACK, EVEN = 20.0, 6.0
#: Nothing moves where no place of a small copy of the picture differs by this much (grey levels) from a second before.
STILL = 2.5
#: A picture that does not move for this share of its time is no film; above the smaller share it is said.
NO_FILM, FROZEN = 0.95, 0.2
#: A film this short (seconds) may be still by chance.
LEAST_SECONDS = 3.0
#: How far a face's eyes and mouth open and close (the sum of both aspect ratios' ranges, see ``own_motion``) below
#: which it moves as a photograph held in the hand does: 0.11 there, 0.34 and more in films of people.
RIGID = 0.15
#: So long (seconds) a face must stay rigid until it is said, and until nothing is read from it.
SAID_RIGID, NO_FACE_OF_A_PERSON = 8.0, 15.0
#: More faces than this in most pictures are a crowd, in which nobody can be read as the one who answers.
CROWD = 4
#: A face narrower than this (pixels of the recording) has fewer pixels than the network looks at.
SMALL = 40
#: A face of which most pictures are darker than this (grey levels): its light was halved nearly three times, and one in
#: five is read differently then (``./viva bench face_robustness``).
DARK = 20.0
#: A face is drawn where more of it than FLAT is even and more than FEW of it has one of eight grey levels.
FLAT, FEW = 0.3, 0.38
#: Below this many pictures a second blinks fall between them.
LEAST_RATE = 9.0
#: Eyes or a mouth covered for less than this share of the looks are not worth a word; more than MOST, and no blinks are
#: counted at all.
SAID_COVERED, MOST = 0.1, 0.5
#: Looks in which the face is unlike those that the model has learnt from: from this share on it is said. Three in a
#: hundred of plain faces are taken for such.
SAID_UNFAMILIAR = 0.2
#: A face in fewer of the pictures than this does not speak for the answer.
LOW = 0.5


@dataclass(frozen=True)
class Facts:
    """What was seen: shares in 0..1, grey levels in 0..255, ``motion`` of eyes and mouth
    as ``own_motion`` says, ``width`` of the face in the recording's own pixels, ``rate`` in pictures a second,
    ``frozen`` in seconds, ``eyes_covered``, ``mouth_covered`` and ``unfamiliar`` (unlike what the model has learnt
    from) of the looks at the face; ``equal_faces``: how many
    are about as large and as long in the picture as the one that is read, itself included."""

    seconds: float
    coverage: float
    black: float
    still: float
    drawn: float
    motion: float
    width: float
    light: float
    rate: float
    faces: float
    people: dict[str, Any]
    frozen: float = 0.0
    eyes_covered: float = 0.0
    mouth_covered: float = 0.0
    equal_faces: int = 1
    unfamiliar: float = 0.0


def reject(facts: Facts) -> None:
    """Raise Unreadable where a number would be made up: ``black``, ``no_face``, ``still_picture``, ``crowd``,
    ``drawing``, ``photograph``."""
    if facts.black > 0.9:
        raise Unreadable(
            "black",
            N_("The picture is black. Open the camera's cover, put a light in front of you, and record it again."),
        )
    # An empty room is still, too: that nobody is there is what helps, so it is asked first.
    if facts.coverage == 0:
        raise Unreadable(
            "no_face",
            N_(
                "No face was seen in this recording. Sit facing the camera, in light, so that your face "
                "fills a quarter of "
                "the picture's height or more, and record it again."
            ),
        )
    if facts.still > NO_FILM and facts.seconds >= LEAST_SECONDS:
        raise Unreadable(
            "still_picture",
            N_(
                "The picture does not move: this is a photograph or a frozen camera, not a film of a face. "
                "Record it again with the camera pointed at you."
            ),
        )
    if facts.faces > CROWD:
        raise Unreadable(
            "crowd",
            N_(
                "About %(faces)s faces were in the picture at once, so nobody could be read as the one "
                "who answers. Record it again with nobody else in the picture."
            )
            % {"faces": round(facts.faces)},
        )
    if facts.drawn > 0.5:
        raise Unreadable(
            "drawing",
            N_(
                "What looks like a face here seems to be drawn, not filmed, so nothing was read from it. "
                "Record it again with your own face, without an avatar."
            ),
        )
    if facts.motion < RIGID and facts.coverage * facts.seconds >= NO_FACE_OF_A_PERSON:
        raise Unreadable(
            "photograph",
            N_(
                "The face moves only as a whole: no eye blinks and the mouth stays as it is, as on a "
                "photograph held in "
                "front of the camera. Nothing was read from it. Record it again with your own face."
            ),
        )


def limitations(facts: Facts) -> tuple[list[str], list[str]]:
    """What weakens the reading: sentences for people, and a code for each."""
    found: list[tuple[str, str]] = []
    share, most = facts.people["share_with_several"], int(facts.people["max_faces"])
    if most > 1 and share >= 0.02:
        said = {
            2: N_("Two faces were seen in %(share)s of the frames: the reading follows the one that stays."),
            3: N_("Up to three faces were seen in %(share)s of the frames: the reading follows the one that stays."),
            4: N_("Up to four faces were seen in %(share)s of the frames: the reading follows the one that stays."),
        }.get(
            most,
            N_("Up to several faces were seen in %(share)s of the frames: the reading follows the one that stays."),
        )
        if facts.equal_faces > 1:
            said = N_(
                "Several faces were seen in %(share)s of the frames, about equally large and equally long: whose "
                "face was read is a guess."
            )
        found.append(("several_faces", said % {"share": _percent(share)}))
    if facts.coverage < LOW:
        found.append(
            (
                "low_coverage",
                N_("A face was seen in only %(share)s of the frames: the reading may not speak for the whole answer.")
                % {"share": _percent(facts.coverage)},
            )
        )
    if facts.frozen:
        found.append(
            (
                "frozen",
                N_(
                    "For %(frozen)s of %(seconds)s seconds the picture stood still while the recording went on. "
                    "Nothing was read there."
                )
                % {"frozen": f"{facts.frozen:.0f}", "seconds": f"{facts.seconds:.0f}"},
            )
        )
    elif facts.still > FROZEN and facts.seconds >= LEAST_SECONDS:
        found.append(
            (
                "frozen",
                N_("The picture did not move for %(share)s of the time: it may have been frozen.")
                % {"share": _percent(facts.still)},
            )
        )
    if facts.eyes_covered >= SAID_COVERED:
        found.append(
            (
                "eyes_covered",
                N_(
                    "The eyes were covered in %(share)s of the looks at the face (by glasses, hair or "
                    "something before the camera): no blinks were counted there, and the expression is less certain."
                )
                % {"share": _percent(facts.eyes_covered)},
            )
        )
    if facts.mouth_covered >= SAID_COVERED:
        found.append(
            (
                "mouth_covered",
                N_(
                    "The mouth was covered in %(share)s of the looks at the face: whether it was open was not read "
                    "there, and the expression is less certain."
                )
                % {"share": _percent(facts.mouth_covered)},
            )
        )
    if facts.unfamiliar >= SAID_UNFAMILIAR:
        found.append(
            (
                "unfamiliar",
                N_(
                    "In %(share)s of the looks the face was unlike those that the model has learnt from (turned away, "
                    "covered, or not a plain picture of a face): no expression is named there."
                )
                % {"share": _percent(facts.unfamiliar)},
            )
        )
    if facts.motion < RIGID and facts.coverage * facts.seconds >= SAID_RIGID:
        found.append(
            (
                "rigid",
                N_("No eye blinked and the mouth hardly moved: this may be a photograph in front of the camera."),
            )
        )
    if facts.width < SMALL:
        found.append(
            (
                "small_face",
                N_("The face is only about %(width)s pixels wide: little of its expression can be seen.")
                % {"width": round(facts.width)},
            )
        )
    if facts.light < DARK:
        found.append(("dark", N_("The face is dark for most of the recording: little of its expression can be seen.")))
    if facts.rate < LEAST_RATE:
        found.append(
            (
                "low_rate",
                N_("The recording has only about %(rate)s pictures a second: blinks are too short to be seen in it.")
                % {"rate": f"{facts.rate:.0f}"},
            )
        )
    return [sentence for _, sentence in found], [code for code, _ in found]


#: Codes that weaken the whole reading, not only a part of it.
_LIMITS = {"low_coverage", "frozen", "rigid", "small_face", "dark", "eyes_covered", "mouth_covered", "unfamiliar"}


def state_of(codes: list[str]) -> str:
    """``limited`` where something weakens the whole reading, else ``read``."""
    return "limited" if _LIMITS & set(codes) else "read"


def own_motion(eyes: np.ndarray, mouths: np.ndarray) -> float:
    """How far eyes and mouth open and close: the range of both aspect ratios (N,), outermost 2 % left out, added up."""
    if len(eyes) < 30:
        return np.inf
    return float(sum(np.percentile(values, 98) - np.percentile(values, 2) for values in (eyes, mouths)))


def is_drawn(face: np.ndarray) -> bool:
    """Whether a 48x48 grey face is painted in flat areas, as drawings are: skin, even smooth skin, never is.

    Of 3,589 photographed faces (PublicTest, some of them drawings) 0.7 % are called drawn.
    """
    levels = face.astype(np.float32)
    spread = float(levels.std())
    if spread < 20:
        return False  # too dark or pale to tell
    steps = np.maximum(np.abs(np.diff(levels, axis=1))[:-1], np.abs(np.diff(levels, axis=0))[:, :-1])
    shares = np.bincount(face.ravel(), minlength=256) / face.size
    return bool((steps < 0.03 * spread).mean() > FLAT and np.sort(shares)[-8:].sum() > FEW)


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def small_copy(picture: np.ndarray) -> np.ndarray:
    """A grey picture shrunk to about 40 pixels' width, averaged, without its noise: int16."""
    factor = max(1, round(max(picture.shape) / 40))
    size = max(1, picture.shape[1] // factor), max(1, picture.shape[0] // factor)
    whole = picture[: size[1] * factor, : size[0] * factor]
    return cv2.resize(whole, size, interpolation=cv2.INTER_AREA).astype(np.int16)


def is_still(small: np.ndarray, before: np.ndarray, least: float = STILL) -> bool:
    """Whether nothing moved between two small copies: nowhere they differ by ``least`` grey levels."""
    return small.shape == before.shape and float(np.abs(small - before).max()) < least


def is_black(grey: np.ndarray) -> bool:
    """Whether a grey picture (small copies do) shows nothing but darkness."""
    return float(grey.mean()) < BLACK and float(grey.std()) < EVEN
