"""Pictures as a player shows them: square pixels, turned and mirrored as the file says."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ml.core.errors import MediaError
from ml.media import demux, matroska_shape
from ml.media.geometry import squared
from ml.media.seeking import frames_around

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (235, 235, 235)
#: (a, b, c, d) of ISO 14496-12's matrix, and the corners as shown: upper left, upper right, lower left, lower right.
MATRICES = {
    "as it is": ((1, 0, 0, 1), (RED, GREEN, BLUE, WHITE)),
    "mirrored": ((-1, 0, 0, 1), (GREEN, RED, WHITE, BLUE)),
    "upside down": ((1, 0, 0, -1), (BLUE, WHITE, RED, GREEN)),
    "half turn": ((-1, 0, 0, -1), (WHITE, BLUE, GREEN, RED)),
    "clockwise": ((0, 1, -1, 0), (BLUE, RED, WHITE, GREEN)),
    "counter-clockwise": ((0, -1, 1, 0), (GREEN, WHITE, RED, BLUE)),
    "transposed": ((0, 1, 1, 0), (RED, BLUE, GREEN, WHITE)),
    "transposed the other way": ((0, -1, -1, 0), (WHITE, GREEN, BLUE, RED)),
}


def write(path: Path, aspect: Fraction | None = None, matrix: tuple = (1, 0, 0, 1), seconds: int = 1) -> Path:
    """A clip of 96 x 64 pixels whose corners are red, green, blue and white."""
    picture = np.zeros((64, 96, 3), np.uint8)
    picture[:32, :48], picture[:32, 48:], picture[32:, :48], picture[32:, 48:] = RED, GREEN, BLUE, WHITE
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264" if path.suffix == ".mp4" else "libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        if path.suffix == ".webm" and matrix != (1, 0, 0, 1):
            a, b, c, d = (part * 65536 for part in matrix)
            stream.set_display_matrix((a, b, 0, c, d, 0, 0, 0, 1 << 30))
        if aspect and path.suffix == ".mp4":
            stream.codec_context.sample_aspect_ratio = aspect
        for _ in range(10 * seconds):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
    if path.suffix == ".mp4":
        data = bytearray(path.read_bytes())
        at = data.index(b"tkhd") + 44
        a, b, c, d = (part * 65536 for part in matrix)
        struct.pack_into(">9i", data, at, a, b, 0, c, d, 0, 0, 0, 1 << 30)
        path.write_bytes(data)
    elif aspect:
        shown = squared(96, 64, aspect)
        path.write_bytes(with_display_size(path.read_bytes(), *shown))
    return path


def with_display_size(data: bytes, width: int, height: int) -> bytes:
    """A Matroska file whose Video element (RFC 9559, 5.1.4.1.28) says how large the picture is shown."""
    more = b"\x54\xb0\x82" + width.to_bytes(2, "big") + b"\x54\xba\x82" + height.to_bytes(2, "big")
    at, tracks = 0, b"\x16\x54\xae\x6b"
    grown = bytearray(data.replace(b"\x53\xab\x84", b"\x53\xad\x84"))  # an index in front whose places are wrong now
    for element in (b"\x18\x53\x80\x67", tracks, b"\xae", b"\xe0"):  # Segment, Tracks, TrackEntry, Video
        at = grown.index(b"V_VP8") if element == b"\xe0" else at  # behind the track's random number
        at = (grown.rindex(element) if element == tracks else grown.index(element, at)) + len(element)
        length = 9 - grown[at].bit_length()
        size = int.from_bytes(grown[at : at + length], "big") + len(more)
        grown[at : at + length] = size.to_bytes(length, "big")
        at += length
    grown[at:at] = more
    return bytes(grown)


def corners(rgb: np.ndarray) -> list[tuple[int, ...]]:
    height, width = rgb.shape[:2]
    places = [(height // 4, width // 4), (height // 4, 3 * width // 4)]
    places += [(3 * height // 4, width // 4), (3 * height // 4, 3 * width // 4)]
    known = np.array([RED, GREEN, BLUE, WHITE])
    return [tuple(known[np.abs(known - rgb[place].astype(int)).sum(1).argmin()].tolist()) for place in places]


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
@pytest.mark.parametrize("name", MATRICES)
def test_pictures_are_turned_and_mirrored(tmp_path: Path, name: str, suffix: str):
    matrix, right = MATRICES[name]
    path = write(tmp_path / f"clip{suffix}", matrix=matrix)
    size = (96, 64) if matrix[0] else (64, 96)
    copy = tmp_path / f"copy{suffix}"
    demux.remux(path, copy)
    for clip in (path, copy):
        assert corners(next(demux.video_frames(clip, fps=5)).rgb) == list(right)
        assert corners(frames_around(clip, 0.5, 0.2)[0].rgb) == list(right)
        picture = next(demux.pictures(clip, fps=5))
        assert picture.grey.shape == size[::-1] and corners(picture.rgb) == list(right) and picture.scale == 1
        for info in (demux.probe(clip), demux.verify(clip)):
            assert (info.width, info.height) == size


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
@pytest.mark.parametrize(
    ("aspect", "size"), [(Fraction(2), (192, 64)), (Fraction(4, 3), (128, 64)), (Fraction(1, 2), (96, 128))]
)
def test_pixels_become_square(tmp_path: Path, suffix: str, aspect: Fraction, size: tuple[int, int]):
    path = write(tmp_path / f"clip{suffix}", aspect)
    copy = tmp_path / f"copy{suffix}"
    demux.remux(path, copy)
    for clip in (path, copy, demux.verify_and_copy(path, tmp_path / "other")[1]):
        assert next(demux.video_frames(clip, fps=5)).rgb.shape[1::-1] == size
        assert next(demux.pictures(clip, fps=5)).grey.shape[::-1] == size
        assert frames_around(clip, 0.5, 0.2)[0].rgb.shape[1::-1] == size
        for info in (demux.probe(clip), demux.verify(clip)):
            assert (info.width, info.height) == size
    small = next(demux.pictures(path, fps=5, max_height=32))
    assert small.grey.shape[0] == 32 and small.scale == pytest.approx(max(size) / max(small.grey.shape))


def test_turned_pixels_become_square_first(tmp_path: Path):
    path = write(tmp_path / "clip.mp4", Fraction(2), MATRICES["clockwise"][0])
    assert next(demux.video_frames(path, fps=5)).rgb.shape[:2] == (192, 64)
    assert demux.probe(path).width == 64


def test_a_webm_may_be_turned_and_have_pixels_that_are_not_square(tmp_path: Path):
    path = write(tmp_path / "clip.webm", Fraction(2), MATRICES["clockwise"][0])
    copy = tmp_path / "copy.webm"
    demux.remux(path, copy)
    for clip in (path, copy):
        assert next(demux.video_frames(clip, fps=5)).rgb.shape[:2] == (192, 64)
        assert (demux.probe(clip).width, demux.verify(clip).height) == (64, 192)


def test_a_copy_with_its_shape_written_in_is_whole_and_can_be_sought_in(tmp_path: Path):
    """Nothing behind the header moved: the index leads to the right pictures, and Matroska's own structure holds."""
    path = write(tmp_path / "clip.webm", Fraction(4, 3), seconds=30)
    copy = tmp_path / "copy.webm"
    demux.remux(path, copy)
    with av.open(str(copy)) as container:
        assert container.duration == pytest.approx(30e6, rel=0.01)
        container.seek(20_000_000, backward=True)
        assert 10 < next(container.decode(video=0)).time <= 20  # the key picture before it, and not the first
    assert not demux.verify(copy).truncated and demux.verify(copy).seconds == pytest.approx(30, abs=0.1)
    assert matroska_shape.PLACEHOLDER.encode() not in copy.read_bytes()
    with pytest.raises(MediaError):
        matroska_shape.amend(copy, 128, 64)


def test_pictures_that_are_shown_in_another_order_than_decoded_are_all_copied(tmp_path: Path):
    """Matroska does not say when the first of them are decoded: they were left out, the key picture among them."""
    path, matroska, copy = (tmp_path / name for name in ("clip.mp4", "clip.mkv", "copy.mp4"))
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for index in range(30):
            level = np.full((64, 96, 3), index * 8, np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(level, format="rgb24")))
        output.mux(stream.encode(None))
    demux.remux(path, matroska)
    demux.remux(matroska, copy)
    levels = [[round(float(frame.rgb.mean())) for frame in demux.video_frames(clip, fps=20)] for clip in (path, copy)]
    assert len(levels[0]) == 30 and levels[1] == levels[0]
    assert demux.probe(copy).seconds == pytest.approx(3.0, abs=0.11)


def test_an_absurd_aspect_is_left_out():
    assert squared(640, 480, Fraction(65535, 1)) == (640, 480) == squared(640, 480, Fraction(1, 65535))
