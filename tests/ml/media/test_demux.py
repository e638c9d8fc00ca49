"""Reading recordings: what browsers and phones write, what breaks, and how much memory it takes."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from bench.long_media import repeat
from bench.measuring import run
from ml.core.errors import MediaError
from ml.media import demux
from ml.media.synthetic import encode, write_wav

RATE = 48000


def tone(seconds: float, rate: int = RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def pictures(count: int, width: int = 64, height: int = 48):
    """Red above blue, with a white block that moves."""
    for number in range(count):
        rgb = np.zeros((height, width, 3), np.uint8)
        rgb[: height // 2, :, 0], rgb[height // 2 :, :, 2] = 200, 200
        rgb[4:8, number % width] = 255
        yield rgb


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module", params=[".webm", ".mp4"])
def clip(request: pytest.FixtureRequest, folder: Path) -> Path:
    """Four seconds at 25 pictures a second, with a tone."""
    path = folder / f"clip{request.param}"
    encode(path, pictures(100), 25, tone(4), RATE)
    return path


@pytest.fixture(scope="module")
def live(folder: Path) -> Path:
    """What MediaRecorder writes: WebM without duration or cues, clusters of unknown size, uneven frame intervals."""
    path = folder / "live.webm"
    with av.open(str(path), "w", format="webm", options={"live": "1"}) as output:
        video = output.add_stream("libvpx", rate=30, options={"deadline": "realtime", "cpu-used": "8"})
        voice = output.add_stream("libopus", rate=RATE, layout="mono")
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.codec_context.time_base = Fraction(1, 1000)
        sound, heard = tone(3), 0
        times = np.cumsum(np.resize([33, 33, 250, 34, 40, 120], 60))
        for rgb, time in zip(pictures(60), times, strict=True):
            if time > 3000:
                break
            picture = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            picture.pts, picture.time_base = int(time), Fraction(1, 1000)
            output.mux(video.encode(picture))
            until = min(len(sound), int(time * RATE / 1000))
            frame = av.AudioFrame.from_ndarray(sound[None, heard:until], format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, heard, Fraction(1, RATE)
            output.mux(voice.encode(frame))
            heard = until
        for stream in (video, voice):
            output.mux(stream.encode(None))
    return path


def test_probe_and_verify_agree_on_a_whole_file(clip: Path):
    probed, verified = demux.probe(clip), demux.verify(clip)
    assert (probed.width, probed.height) == (verified.width, verified.height) == (64, 48)
    assert probed.seconds == pytest.approx(4, abs=0.15)
    assert verified.seconds == pytest.approx(4, abs=0.05)
    assert verified.fps == pytest.approx(25, rel=0.02)
    assert verified.has_video and verified.has_audio
    assert not probed.truncated and not verified.truncated
    codecs = {".webm": ("vp8", "opus"), ".mp4": ("h264", "aac")}[clip.suffix]
    assert (verified.video_codec, verified.audio_codec) == codecs


def test_a_browsers_recording_without_duration_is_whole(live: Path):
    with av.open(str(live)) as container:
        assert container.duration is None, "the fixture should have no duration"
    assert demux.probe(live).seconds == pytest.approx(2.9, abs=0.2)
    info = demux.verify(live)
    assert info.seconds == pytest.approx(2.9, abs=0.2)
    assert not info.truncated


def test_frames_come_by_timestamp_not_by_number(live: Path):
    times = [frame.time for frame in demux.video_frames(live, fps=5)]
    assert len(times) == len({int((time + 0.001) * 5) for time in times}), "at most one frame in each fifth of a second"
    assert 12 <= len(times) <= 15
    assert times == sorted(times)


def test_frames_are_sampled_scaled_and_rgb(clip: Path):
    frames = list(demux.video_frames(clip, fps=5, max_height=24))
    assert [frame.time for frame in frames] == pytest.approx(np.arange(20) / 5, abs=0.045)
    assert all(frame.rgb.shape == (24, 32, 3) and frame.rgb.dtype == np.uint8 for frame in frames)
    top, bottom = frames[3].rgb[9, 16].astype(int), frames[3].rgb[18, 16].astype(int)
    assert top[0] > 120 > top[2]
    assert bottom[2] > 120 > bottom[0]


def test_more_frames_than_there_are_gives_each_once(clip: Path):
    assert len(list(demux.video_frames(clip, fps=1000))) == 100


@pytest.mark.parametrize(("degrees", "edge"), [(90, "left"), (-90, "right"), (180, "bottom")])
def test_a_phones_pictures_come_upright(folder: Path, degrees: int, edge: str):
    """Red is on top in the picture as stored; turned counter-clockwise by 90 degrees it must be on the left."""
    plain, turned = folder / "plain.mp4", folder / f"turned{degrees}.mp4"
    encode(plain, pictures(10), 25, None)
    with av.open(str(plain)) as source, av.open(str(turned), "w") as output:
        stream = output.add_stream_from_template(source.streams.video[0], opaque=True)
        stream.set_display_rotation(degrees)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    rgb = next(demux.video_frames(turned, fps=1)).rgb.astype(int)
    size = (48, 64) if degrees == 180 else (64, 48)
    assert rgb.shape[:2] == size
    for info in (demux.probe(turned), demux.verify(turned)):
        assert (info.height, info.width) == size
    red = {"left": rgb[20:44, 4], "right": rgb[20:44, -5], "bottom": rgb[-5, 20:44]}[edge]
    assert red[:, 0].mean() > 120 > red[:, 2].mean()
    remuxed = folder / "remuxed.mp4"
    demux.remux(turned, remuxed)
    assert demux.verify(remuxed).height == size[0], "the rotation is copied"


def test_sound_comes_in_blocks_of_mono_floats(clip: Path):
    blocks = list(demux.audio_blocks(clip, rate=16000, seconds=1.5))
    assert [len(block) for block in blocks[:-1]] == [24000, 24000]
    sound = np.concatenate(blocks)
    assert sound.dtype == np.float32
    assert len(sound) == pytest.approx(64000, abs=1100)
    assert np.abs(sound).max() <= 1
    spectrum = np.abs(np.fft.rfft(sound[16000:32000]))
    assert spectrum.argmax() == 440


def test_a_hole_in_the_sound_becomes_silence(folder: Path):
    """One second of tone, a hole of one second, one second of tone, starting half a second late."""
    path = folder / "hole.mkv"
    with av.open(str(path), "w") as output:
        video = output.add_stream("libvpx", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        voice = output.add_stream("pcm_s16le", rate=16000, layout="mono")
        for number, rgb in enumerate(pictures(35)):
            picture = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, 10)
            output.mux(video.encode(picture))
        output.mux(video.encode(None))
        for start in (0.5, 2.5):
            for piece in range(10):
                data = (tone(0.1, 16000) * 32767).astype(np.int16)[None]
                frame = av.AudioFrame.from_ndarray(data, format="s16", layout="mono")
                frame.sample_rate, frame.time_base = 16000, Fraction(1, 16000)
                frame.pts = round((start + piece / 10) * 16000)
                output.mux(voice.encode(frame))
    sound = np.concatenate(list(demux.audio_blocks(path)))
    loud = [bool(np.abs(sound[int(t * 16000) : int((t + 0.2) * 16000)]).max() > 0.1) for t in (0.1, 0.7, 1.7, 2.7)]
    assert loud == [False, True, False, True]
    assert len(sound) / 16000 == pytest.approx(3.5, abs=0.05)


def test_a_recording_without_one_of_its_sides(folder: Path):
    silent, heard = folder / "silent.webm", folder / "heard.wav"
    encode(silent, pictures(20), 10, None)
    write_wav(heard, tone(1), RATE)
    assert list(demux.audio_blocks(silent)) == []
    assert list(demux.video_frames(heard, fps=5)) == []
    assert not demux.verify(silent).has_audio
    info = demux.verify(heard)
    assert (info.has_video, info.has_audio, info.width, info.audio_codec) == (False, True, None, "pcm_s16le")
    assert info.seconds == pytest.approx(1, abs=0.01)


def test_bad_files_each_say_their_own(tmp_path: Path):
    (tmp_path / "empty.webm").write_bytes(b"")
    (tmp_path / "text.webm").write_text("Dear Sir or Madam,\n" * 100)
    (tmp_path / "head.webm").write_bytes(b"\x1a\x45\xdf\xa3" + b"\x00" * 600)
    for name, code, words in (
        ("nothing.webm", "missing", "no file"),
        ("empty.webm", "empty", "is empty"),
        ("text.webm", "not_media", "not a recording"),
        ("head.webm", "not_media", "not a recording"),
        (".", "not_media", "is a folder"),
    ):
        for call in (demux.probe, demux.verify, lambda path: next(demux.video_frames(path, fps=1))):
            with pytest.raises(MediaError, match=words) as failure:
                call(tmp_path / name)
            assert failure.value.code == code


@pytest.mark.parametrize("name", ["clip.webm", "live.webm"])
@pytest.mark.parametrize("share", [0.35, 0.61, 0.9])
def test_a_cut_off_webm_says_how_much_is_usable(folder: Path, clip: Path, live: Path, name: str, share: float):
    whole = (clip.with_name("clip.webm") if name == "clip.webm" else live).read_bytes()
    cut = folder / "cut.webm"
    cut.write_bytes(whole[: int(len(whole) * share)])
    info = demux.verify(cut)
    assert info.truncated
    assert 0.5 < info.seconds < 4 * min(1, share + 0.2)
    assert list(demux.video_frames(cut, fps=5))
    demux.remux(cut, folder / "saved.webm")
    saved = demux.verify(folder / "saved.webm")
    assert not saved.truncated, "what there is makes a whole file"
    assert saved.seconds == pytest.approx(info.seconds, abs=0.1)


def test_a_cut_off_mp4_without_its_index_is_truncated(folder: Path):
    whole, cut = folder / "index_last.mp4", folder / "cut.mp4"
    encode(whole, pictures(50), 25, tone(2), RATE)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(MediaError, match="cut off") as failure:
        demux.verify(cut)
    assert failure.value.code == "truncated"


def test_a_cut_off_mp4_with_its_index_in_front_is_usable(folder: Path):
    whole, front, cut = folder / "whole.mp4", folder / "front.mp4", folder / "cut_front.mp4"
    encode(whole, pictures(100), 25, tone(4), RATE)
    demux.remux(whole, front)
    data = front.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "the index is in front"
    cut.write_bytes(data[: int(len(data) * 0.7)])
    info = demux.verify(cut)
    assert info.truncated
    assert 0.5 < info.seconds < 3.9


def test_a_remuxed_recording_can_be_seeked(live: Path, folder: Path):
    assert demux.playable_suffix(demux.probe(live)) == ".webm"
    target = folder / "seekable.webm"
    demux.remux(live, target)
    with av.open(str(target)) as container:
        assert container.duration / av.time_base == pytest.approx(2.9, abs=0.2)
    data = target.read_bytes()
    assert data.index(b"\x1c\x53\xbb\x6b") < data.index(b"\x1f\x43\xb6\x75"), "cues stand before the clusters"
    before = [frame.time for frame in demux.video_frames(live, fps=30)]
    after = [frame.time for frame in demux.video_frames(target, fps=30)]
    assert after == pytest.approx(before, abs=0.01)
    assert list(folder.glob(".remux-*")) == []


def test_matroska_with_h264_becomes_mp4(folder: Path, clip: Path):
    source, matroska, target = folder / "h264.mp4", folder / "h264.mkv", folder / "again.mp4"
    encode(source, pictures(50), 25, tone(2), RATE)
    demux.remux(source, matroska)
    info = demux.verify(matroska)
    assert info.container == "matroska"
    assert demux.playable_suffix(info) == ".mp4"
    demux.remux(matroska, target)
    assert demux.verify(target).seconds == pytest.approx(info.seconds, abs=0.1)
    with pytest.raises(MediaError) as failure:
        demux.remux(matroska, folder / "impossible.webm")
    assert failure.value.code == "not_media"
    assert not (folder / "impossible.webm").exists()


def test_a_playlist_opens_no_other_file(folder: Path, clip: Path):
    """HLS, concat and DASH name other files; an upload must not make the server read them."""
    for content in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{clip}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{clip}'\n",
        f"#EXTM3U\n#EXTINF:10,\nfile://{clip}\n",
    ):
        path = folder / "list.mp4"
        path.write_text(content)
        with pytest.raises(MediaError) as failure:
            demux.probe(path)
        assert failure.value.code == "not_media"


def test_damage_is_told_or_survived(live: Path, clip: Path, tmp_path: Path):
    """Random damage, above all in the headers: every call ends in a result or a MediaError, never in anything else."""
    generator = np.random.default_rng(5)
    sources = [path.read_bytes() for path in (live, clip)]
    path = tmp_path / "damaged"
    calls = (
        demux.probe,
        demux.verify,
        lambda path: sum(1 for _ in demux.video_frames(path, fps=5)),
        lambda path: sum(map(len, demux.audio_blocks(path))),
        lambda path: demux.remux(path, tmp_path / "out.mp4"),
    )
    for attempt in range(40):
        data = bytearray(sources[attempt % 2])
        reach = int(generator.choice([200, 2000, len(data)]))
        for place in generator.integers(0, min(reach, len(data)), generator.choice([1, 5, 50])):
            data[place] = generator.integers(256)
        path.write_bytes(data)
        for call in calls:
            with contextlib.suppress(MediaError):
                call(path)


def test_an_absurd_picture_is_refused(tmp_path: Path):
    path = tmp_path / "wide.webm"
    encode(path, (np.zeros((16, 4200, 3), np.uint8) for _ in range(2)), 25, None)
    with pytest.raises(MediaError, match="4096") as failure:
        demux.verify(path)
    assert failure.value.code == "too_large"


@pytest.mark.full
def test_ten_minutes_take_the_memory_of_one(folder: Path):
    base = folder / "base.webm"
    encode(base, pictures(100, 160, 120), 10, tone(10), RATE)
    program = (
        "from ml.media import demux\n"
        "for frame in demux.video_frames(sys.argv[1], fps=5): pass\n"
        "answer['seconds'] = sum(len(block) for block in demux.audio_blocks(sys.argv[1])) / 16000"
    )
    peaks = []
    for seconds in (60, 600):
        path = folder / f"long{seconds}.webm"
        repeat(base, path, seconds)
        found = run(program, str(path))
        assert found["seconds"] == pytest.approx(seconds, abs=2)
        peaks.append(found["peak_mb"])
    assert peaks[1] < 1.1 * peaks[0], f"peak memory grew from {peaks[0]} to {peaks[1]} MB"


def test_real_recordings(real_data: Path):
    info = demux.verify(real_data / "media" / "talking_a.mp4")
    assert (info.width, info.height, info.truncated) == (512, 512, False)
    assert info.seconds == pytest.approx(8.0, abs=0.05)
    assert sum(map(len, demux.audio_blocks(real_data / "media" / "talking_a.mp4"))) == pytest.approx(128000, abs=1600)


def test_verifying_and_copying_in_one_pass_gives_what_two_give(clip: Path, live: Path, folder: Path):
    for source in (clip, live):
        check_one_pass(source, folder)


def check_one_pass(source: Path, folder: Path) -> None:
    info, copy = demux.verify_and_copy(source, folder / f"once-{source.stem}")
    twice = folder / f"twice-{source.stem}{copy.suffix}"
    demux.remux(source, twice)
    assert info == demux.verify(source)
    assert copy.stat().st_size == pytest.approx(twice.stat().st_size, abs=64)  # a muxer writes ids by chance
    assert demux.verify(copy) == demux.verify(twice)
    assert list(folder.glob(".remux-*")) == []


def test_what_does_not_verify_leaves_no_copy(folder: Path):
    (folder / "noise.webm").write_bytes(b"\x1a\x45\xdf\xa3" + b"\x93" * 2000)
    with pytest.raises(MediaError):
        demux.verify_and_copy(folder / "noise.webm", folder / "never")
    assert list(folder.glob("never*")) == list(folder.glob(".remux-*")) == []
