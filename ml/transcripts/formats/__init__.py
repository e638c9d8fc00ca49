"""Transcripts and captions that people bring: files of many programs read into cues, or refused in words."""

from ml.transcripts.formats.cues import CaptionsError, Cue, TranscriptFile
from ml.transcripts.formats.reader import read

__all__ = ["CaptionsError", "Cue", "TranscriptFile", "read"]
