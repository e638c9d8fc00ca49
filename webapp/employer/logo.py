"""A logo as it is kept: looked at, made small, and written anew as PNG, so that nothing but its pixels is left."""

from __future__ import annotations

import io
from fractions import Fraction

import av
from flask_babel import gettext as _

#: Bytes of the file that is given, its longest side, and the box that it is fitted into, in pixels.
LARGEST, SIDE, BOX = 2 * 1024 * 1024, 4000, (480, 160)
_MARKS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "mjpeg", b"RIFF": "webp"}


class LogoError(ValueError):
    """This cannot be a logo; the message is for a person."""


def cleaned(content: bytes) -> bytes:
    """A PNG with the picture's pixels, no larger than the box. Raises LogoError."""
    expected = next((codec for mark, codec in _MARKS.items() if content.startswith(mark)), None)
    if expected is None:
        raise LogoError(_("Choose a picture: PNG, JPEG or WebP."))
    if len(content) > LARGEST:
        raise LogoError(_("This picture is larger than %(size)s MB.", size=LARGEST // 1024 // 1024))
    try:
        with av.open(io.BytesIO(content), "r") as container:
            stream = container.streams.video[0]
            context = stream.codec_context
            if context.name != expected or not (0 < context.width <= SIDE and 0 < context.height <= SIDE):
                raise LogoError(_("This picture is too large: at most %(side)s pixels a side.", side=SIDE))
            frame = next(container.decode(stream))
    except (av.FFmpegError, IndexError, ValueError, StopIteration) as failure:
        if isinstance(failure, LogoError):
            raise
        raise LogoError(_("This picture cannot be read. Save it anew, or choose another.")) from None
    return _png(frame)


def _png(frame: av.VideoFrame) -> bytes:
    scale = min(1.0, BOX[0] / frame.width, BOX[1] / frame.height)
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    small = frame.reformat(width=width, height=height, format="rgba")
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = width, height, "rgba", Fraction(1, 1)
    packets = [*encoder.encode(small), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)
