"""What can go wrong with what a person gave us, in words for that person."""


class VivaError(Exception):
    """An expected failure: ``code`` is for programs, ``message`` says to a person what happened and what to do next."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


class MediaError(VivaError):
    """A recording cannot be decoded. Codes: ``missing``, ``empty``, ``not_media``, ``truncated``, ``too_large``,
    ``mixed`` (several recordings of different kinds in one file)."""


class Unreadable(VivaError):
    """A modality has nothing to read.

    Codes: ``no_video``, ``no_face``, ``black``, ``still_picture``, ``crowd``, ``drawing``, ``photograph``;
    ``no_audio``, ``silence``, ``no_voice``; ``too_little_text``, ``no_text``, ``not_english``.
    """


class ModelMissing(VivaError):
    """A weights file is absent or is not the file its card describes. Codes: ``model_missing``, ``model_damaged``."""
