"""The one list of names of what an expression can be, and who knows which of them.

Faces have the seven of FER2013 and contempt, voices the seven and calm. Data sets and the voice's own readings call
some of them by other words (``fearful``, ``happiness``); `canonical` finds the name here. A task whose labels lack some
of the names masks these (`known`): a face of a file with seven classes is one of these seven.
"""

from __future__ import annotations

import numpy as np

#: Seven expressions that faces and voices share (FER2013, in its order).
SEVEN = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
#: All names. What is beyond the seven is shown by one modality alone.
EXPRESSIONS = (*SEVEN, "contempt", "calm")
#: The classes that the face model knows: FER2013's, and contempt, which FER+'s annotators could vote for.
FACE_EMOTIONS = (*SEVEN, "contempt")
#: The classes that the speech model knows (RAVDESS, in its order and words).
SPEECH_EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
#: Other words for the same.
SYNONYMS = {
    "anger": "angry",
    "contemptuous": "contempt",
    "disgusted": "disgust",
    "fearful": "fear",
    "happiness": "happy",
    "joy": "happy",
    "sadness": "sad",
    "surprised": "surprise",
}


def canonical(name: str) -> str:
    """The name of EXPRESSIONS that a data set's own stands for; the name itself, in small letters, where none does."""
    plain = name.strip().lower()
    return SYNONYMS.get(plain, plain)


def known(names: tuple[str, ...], classes: list[str] | tuple[str, ...]) -> np.ndarray:
    """Which of a model's ``names`` are among the ``classes`` of a task, by whatever word: bool (len(names),)."""
    there = {canonical(name) for name in classes}
    return np.array([canonical(name) in there for name in names], bool)
