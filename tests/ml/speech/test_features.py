"""Log-mel windows: right numbers, no level, no dependence on how a stream was cut."""

import numpy as np
import pytest

from ml.speech import features as f

rng = np.random.default_rng(0)


def test_mel_spectrogram_agrees_with_librosa(voice):
    import librosa

    expected = librosa.feature.melspectrogram(
        y=voice,
        sr=f.RATE,
        n_fft=f.FFT,
        win_length=f.WINDOW,
        hop_length=f.HOP,
        n_mels=f.MELS,
        fmin=f.LOWEST_HZ,
        fmax=f.HIGHEST_HZ,
        center=False,
    ).T
    ours = f.log_mel(voice)
    assert ours.shape == expected.shape
    np.testing.assert_allclose(ours, 10 * np.log10(expected + 1e-10), atol=0.01)


def test_mel_scale_is_invertible():
    hertz = np.array([0.0, 60.0, 999.0, 1000.0, 4321.0, 7600.0])
    np.testing.assert_allclose(f.mel_to_hertz(f.hertz_to_mel(hertz)), hertz, atol=1e-6)


@pytest.mark.parametrize("gain", [0.02, 0.2])
def test_a_windows_level_does_not_matter(voice, gain):
    part = voice[32_000:72_000]
    np.testing.assert_allclose(f.network_input(part * gain), f.network_input(part), atol=0.02)


def test_normalised_window_has_its_loud_bands_at_zero_and_a_floor():
    window = f.normalise(rng.normal(-60, 20, (200, f.MELS)).astype(np.float32))
    assert window.min() == -1
    assert np.percentile(window.max(axis=1), 95) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(("frames", "count"), [(1, 1), (39, 1), (40, 1), (59, 1), (60, 2), (300, 14)])
def test_chunks_overlap_by_half(frames, count):
    window = rng.standard_normal((frames, f.MELS)).astype(np.float32)
    parts = f.chunks(window)
    assert parts.shape == (count, f.CHUNK, f.MELS)
    if count > 1:
        np.testing.assert_array_equal(parts[1], window[f.CHUNK_HOP : f.CHUNK_HOP + f.CHUNK])


@pytest.mark.parametrize(
    ("frames", "starts"), [(0, [0]), (120, [0]), (300, [0]), (301, [0, 1]), (450, [0, 150]), (500, [0, 150, 200])]
)
def test_windows_reach_to_the_end(frames, starts):
    assert f.window_starts(frames) == starts


@pytest.mark.parametrize("lengths", [[1] * 10, [3, 7], [100], [35, 35, 35, 1], [10, 10], []])
@pytest.mark.parametrize("overlap", [0, 4])
def test_pieces_do_not_depend_on_how_the_stream_is_cut(lengths, overlap):
    total = np.arange(sum(lengths), dtype=np.float32)
    pieces = list(f.steady_pieces(np.split(total, np.cumsum(lengths)[:-1]) if lengths else [], 10, overlap))
    assert [p.tolist() for _, p in pieces] == [p.tolist() for _, p in f.steady_pieces([total], 10, overlap)]
    seen = np.zeros(len(total), int)
    for start, piece in pieces:
        np.testing.assert_array_equal(piece, total[start : start + len(piece)])
        seen[start : start + len(piece)] += 1
    assert (seen > 0).all()


def test_sound_shorter_than_a_frame_still_gives_one():
    assert f.log_mel(np.zeros(10)).shape == (1, f.MELS)


def test_pauses_are_shortened_and_nothing_else():
    """A pause of 40 frames becomes one of PAUSE; shorter ones, and what is said, stay as they are."""
    speech = np.ones(200, bool)
    speech[50:90] = speech[120:130] = False
    samples = np.arange(200 * f.HOP + 352, dtype=np.float32)
    found = f.without_pauses(samples, speech)
    assert len(samples) - len(found) == (40 - f.PAUSE) * f.HOP
    gone = np.setdiff1d(samples, found)
    assert (np.diff(gone) == 1).all() and gone[0] >= 50 * f.HOP and gone[-1] < 90 * f.HOP
    np.testing.assert_array_equal(f.without_pauses(samples, speech | True), samples)
