"""Media that we make ourselves, for the demonstration and the tests: a portrait that talks with a synthetic
voice.

The portrait is NASA's public-domain photograph of Eileen Collins (portrait.md); the voice is eSpeak
NG's, from the ``espeakng_loader`` wheel. Nothing is downloaded. No model learns from any of it, and nothing
read from it says anything about a person.
"""

from __future__ import annotations

import ctypes
import threading
import wave
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from ml.media import demux
from ml.media.animated_portrait import AnimatedPortrait

#: Spoken answers to the demonstration's questions, each about twenty seconds.
ANSWERS = {
    "project": (
        "Last spring our booking system kept losing orders on busy evenings. I wrote a small test that failed "
        "in the same way, found two workers writing the same row, and fixed it with a lock. Since then we "
        "have not lost a single order, and the support team could go home on time."
    ),
    "conflict": (
        "A colleague and I disagreed about a deadline. I asked her to show me her plan, and I noticed that "
        "she had counted the holidays and I had not. So we moved two features to the next release, told our "
        "manager together, and delivered on the new date."
    ),
    "why": (
        "I would like to work here because your team puts people before numbers. I enjoy explaining difficult "
        "things in simple words, I learn quickly, and I am happiest when somebody tells me that their day "
        "became easier because of something we built."
    ),
}
#: A written answer for the demonstration.
WRITTEN_ANSWER = (
    "In my first week I would mostly listen. I would sit with two or three people who use the product every "
    "day, write down what slows them, and read the oldest open bug reports, because they usually say what "
    "everybody has learned to live with. Then I would choose one small annoyance, repair it, and ask whether "
    "it really helped. I like plans, and I keep lists, but I have learned that a plan made in the first week "
    "is mostly a guess. At my last job I proposed a large migration after ten days and had to withdraw it "
    "when a colleague showed me a report that depended on the old tables. Since then I ask first and I am not "
    "ashamed of simple questions. After a month I would expect to own one area, to have written the page that "
    "I missed when I arrived, and to have thanked those who helped me."
)
#: Pictures a second of the talking face.
FPS = 24
_LOCK = threading.Lock()


@lru_cache(maxsize=1)
def _espeak() -> tuple[ctypes.CDLL, int]:
    """Load the library once per process: it has one global state. Returns it with its sampling rate."""
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = str(espeakng_loader.get_data_path()).encode()
    rate = library.espeak_Initialize(2, 0, data, 0)  # 2: AUDIO_OUTPUT_SYNCHRONOUS, samples go to the callback
    if rate <= 0:
        raise RuntimeError("eSpeak NG could not be started from the espeakng_loader package. Install it again.")
    return library, rate


def speak(text: str, rate: int = 16000, voice: str = "en-us") -> np.ndarray:
    """Say a text: mono float32 samples at ``rate`` Hz with a peak of 0.7. Its voice flutters: no two are quite equal.

    ``voice`` is one of eSpeak NG's, with a variant if you like ("en-us+f3" is a woman's). Raises ValueError
    for an unknown voice or a text without anything to say.
    """
    if not any(character.isalnum() for character in text):
        raise ValueError("There is nothing to say in this text")
    pieces: list[np.ndarray] = []
    signature = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

    @signature
    def receive(samples, count, _events) -> int:
        if samples and count > 0:
            pieces.append(np.ctypeslib.as_array(samples, (count,)).astype(np.float32) / 32768)
        return 0

    with _LOCK:
        library, own_rate = _espeak()
        if library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"eSpeak NG has no voice {voice!r}")
        library.espeak_SetParameter(1, 150, 0)  # words a minute
        library.espeak_SetSynthCallback(receive)
        data = text.encode("utf-8") + b"\0"
        library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 0, 0, 1, None, None)  # 1: UTF-8
        library.espeak_Synchronize()
        library.espeak_SetSynthCallback(signature())
    if not pieces:
        raise RuntimeError("eSpeak NG made no sound. Install the espeakng_loader package again.")
    samples = np.concatenate(pieces)
    samples = _resample(samples, own_rate, rate)
    return (samples * (0.7 / max(1e-6, float(np.abs(samples).max())))).astype(np.float32)


def talking_face(
    path: str | Path, text: str, seconds: float | None = None, *, voice: str = "en-us+f3", seed: int = 0
) -> Path:
    """Write a video of the portrait saying ``text``: 640×480 at 24 pictures a second.

    ``.webm`` holds VP8 and Opus, as a browser records; ``.mp4`` H.264 and AAC. ``seconds`` cuts or extends it
    (with silence); by default it lasts as long as the voice and half a second more. ``seed`` picks the blinks
    and the sway.
    """
    path = Path(path)
    sound = _fit(speak(text, 48000, voice), 48000, seconds)
    encode(path, face_frames(sound, 48000, seed=seed), FPS, sound, 48000)
    return path


def face_frames(sound: np.ndarray, rate: int, *, fps: int = FPS, seed: int = 0) -> Iterator[np.ndarray]:
    """The portrait's pictures, uint8 RGB (480, 640, 3), its mouth following the loudness of ``sound``
    (N,)."""
    count = int(np.ceil(len(sound) / rate * fps))
    loudness = _loudness(sound, rate, fps, count)
    generator = np.random.default_rng(seed)
    portrait, lids = AnimatedPortrait(), _blinks(count, fps, generator)
    phases = generator.uniform(0, 2 * np.pi, 4)
    for number in range(count):
        time = number / fps
        sway = np.sin(2 * np.pi * time * np.array([0.13, 0.19, 0.08, 0.31]) + phases)
        yield portrait.draw(
            mouth=loudness[number],
            eyelids=lids[number],
            move=(5 * sway[0], 3 * sway[1] + 2.5 * loudness[number] * sway[3]),
            zoom=1.02 + 0.015 * sway[2],
            tilt=1.2 * sway[3],
        )


def encode(path: str | Path, frames, fps: int, sound: np.ndarray | None, rate: int = 48000) -> None:
    """Write RGB pictures (H, W, 3) and mono sound (N,) as a file: .webm with VP8 and Opus, .mp4 with H.264
    and AAC.

    ``frames`` may be a generator; ``sound`` or ``frames`` may be None.
    """
    codecs = {".webm": ("libvpx", "libopus"), ".mp4": ("libx264", "aac")}[Path(path).suffix]
    with av.open(str(path), "w") as output:
        voice: Any = output.add_stream(codecs[1], rate=rate, layout="mono") if sound is not None else None
        video: Any = None
        position = 0
        for number, rgb in enumerate(frames if frames is not None else ()):
            if video is None:
                video = _add_video(output, codecs[0], fps, rgb.shape)
            picture = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, fps)
            output.mux(video.encode(picture))
            # Picture and sound are kept together, so that neither waits in memory.
            if voice is not None and sound is not None:
                position = _add_sound(output, voice, sound, rate, position, int((number + 1) / fps * rate))
        if voice is not None and sound is not None:
            _add_sound(output, voice, sound, rate, position, len(sound))
        for stream in (video, voice):
            if stream is not None:
                output.mux(stream.encode(None))


def fake_camera(mjpeg_path: str | Path, wav_path: str | Path, source: str | Path | None = None) -> None:
    """Write what Chromium takes for a camera and a microphone, from a media file or from the talking face.

    ``--use-file-for-fake-video-capture`` wants JPEG pictures one after the other, which it plays at 30 a
    second; ``--use-file-for-fake-audio-capture`` wants a WAV file (48 kHz here). Both are 640×480 and repeat
    at their end.
    """
    rate, fps = 48000, 30
    if source is None:
        sound = _fit(speak(ANSWERS["project"], rate, "en-us+f3"), rate, None)
        frames = face_frames(sound, rate, fps=fps)
    else:
        sound = np.concatenate([np.zeros(0, np.float32), *demux.audio_blocks(source, rate=rate)])
        frames = (_letterbox(rgb) for rgb in _steady(demux.video_frames(source, fps=fps), fps))
    with Path(mjpeg_path).open("wb") as stream:
        for rgb in frames:
            done, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
            if not done:
                raise RuntimeError("OpenCV could not write a JPEG picture")
            stream.write(data.tobytes())
    write_wav(wav_path, sound, rate)


def write_wav(path: str | Path, sound: np.ndarray, rate: int) -> None:
    """Write mono samples in -1..1 (N,) as 16-bit WAV."""
    with wave.open(str(path), "wb") as output:
        output.setnchannels(1)
        output.setsampwidth(2)
        output.setframerate(rate)
        output.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def _resample(sound: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    frame = av.AudioFrame.from_ndarray(sound[None], format="flt", layout="mono")
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="flt", layout="mono", rate=wanted)
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([piece.to_ndarray().reshape(-1) for piece in pieces])


def _fit(sound: np.ndarray, rate: int, seconds: float | None) -> np.ndarray:
    length = round(rate * seconds) if seconds is not None else len(sound) + rate // 2
    return np.pad(sound, (0, max(0, length - len(sound))))[:length]


def _loudness(sound: np.ndarray, rate: int, fps: int, count: int) -> np.ndarray:
    """How far the mouth is open at each picture (count,), 0..1: the root mean square, eased."""
    edges = (np.arange(count + 1) * rate / fps).astype(int)
    energy = np.concatenate([[0.0], np.cumsum(np.square(sound, dtype=np.float64))])
    edges = np.minimum(edges, len(sound))
    level = np.sqrt(np.diff(energy[edges]) / np.maximum(1, np.diff(edges)))
    level = np.clip(level / max(1e-6, np.quantile(level, 0.95)), 0, 1) ** 0.8
    return np.convolve(np.pad(level, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")


def _blinks(count: int, fps: int, generator: np.random.Generator) -> np.ndarray:
    """How far the lids are closed at each picture (count,), 0..1: a blink every 2 to 5 seconds, a quarter
    second long."""
    lids, time = np.zeros(count), generator.uniform(0.8, 2.0)
    shape = np.array([0.4, 1.0, 1.0, 1.0, 0.6, 0.25])
    while time * fps + len(shape) < count:
        start = int(time * fps)
        lids[start : start + len(shape)] = shape
        time += generator.uniform(2.0, 5.0)
    return lids


def _add_video(output, codec: str, fps: int, shape: tuple[int, ...]):
    stream = output.add_stream(codec, rate=fps)
    stream.height, stream.width = shape[:2]
    stream.pix_fmt = "yuv420p"
    fast = {"deadline": "realtime", "cpu-used": "12"} if codec == "libvpx" else {"preset": "veryfast"}
    stream.codec_context.options = fast
    stream.bit_rate = 1_200_000
    stream.codec_context.thread_count = 1  # libvpx's threads wait by spinning: busy machines take 18 times the time
    stream.codec_context.gop_size = 4 * fps
    return stream


def _add_sound(output, stream, sound: np.ndarray, rate: int, start: int, end: int) -> int:
    end = min(end, len(sound))
    if end > start:
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound[None, start:end], np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        output.mux(stream.encode(frame))
    return max(start, end)


def _steady(frames: Iterator[demux.Frame], fps: int) -> Iterator[np.ndarray]:
    """Repeat the latest picture where a recording has none, for a constant rate."""
    number, latest = 0, None
    for frame in frames:
        while latest is not None and number / fps < frame.time - 0.5 / fps:
            yield latest
            number += 1
        latest = frame.rgb
    if latest is not None:
        yield latest


def _letterbox(rgb: np.ndarray, width: int = 640, height: int = 480) -> np.ndarray:
    scale = min(width / rgb.shape[1], height / rgb.shape[0])
    size = round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)
    canvas = np.zeros((height, width, 3), np.uint8)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    canvas[top : top + size[1], left : left + size[0]] = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return canvas
