"""Recordings as bounded streams of frames and samples: what other packages take from ml.media."""

from ml.media.audio import audio_blocks
from ml.media.info import MediaInfo, playable_suffix, probe, verify, verify_and_copy
from ml.media.pictures import Frame, Picture, pictures, video_frames
from ml.media.remux import remux

__all__ = [
    "Frame",
    "MediaInfo",
    "Picture",
    "audio_blocks",
    "pictures",
    "playable_suffix",
    "probe",
    "remux",
    "verify",
    "verify_and_copy",
    "video_frames",
]
