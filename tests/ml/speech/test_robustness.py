"""What worse conditions cost, measured with untrained networks on synthetic voices: the path, not the figures."""

import csv
import json
import os
import subprocess
import sys

import pytest

from ml.synthetic import speak

CODE = """
import json, sys
from pathlib import Path
import numpy as np
from ml.speech import model, robustness
from ml.speech.calibration import HeldOut
folder, run = Path(sys.argv[1]), Path(sys.argv[1]) / "run"
run.mkdir()
for fold in range(2):
    model.build().save_weights(run / f"fold{fold}.weights.h5")
held = HeldOut.empty(list("abcdef"), np.array(["1", "2"] * 3), np.array([1, 1, 4, 4, 5, 5]))
held.network[:] = np.random.default_rng(0).standard_normal((6, 8))
held.fold[:] = [0, 1] * 3
held.save(run / "held_out.npz", {"version": "none"}, np.zeros((6, 3)))
found = robustness.measure(folder, run, count=2)
print(json.dumps([found, robustness.table(found)]))
"""


@pytest.mark.timeout(600)
def test_every_condition_is_measured(tmp_path, write_wav):
    (tmp_path / "speech" / "ravdess").mkdir(parents=True)
    with (tmp_path / "speech" / "ravdess" / "manifest.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("file", "actor", "emotion"))
        for number, emotion in enumerate(("calm", "calm", "angry", "angry", "sad", "sad")):
            sound = speak("Kids are talking.", voice=f"en-us+f{number % 2 + 1}")
            write_wav(tmp_path / "speech" / "ravdess" / f"{number}.wav", sound)
            rows.writerow((f"{number}.wav", number % 2 + 1, emotion))
    environment = os.environ | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"}
    ran = subprocess.run([sys.executable, "-c", CODE, str(tmp_path)], capture_output=True, text=True, env=environment)
    assert ran.returncode == 0, ran.stderr[-3000:]
    found, table = json.loads(ran.stdout.splitlines()[-1])
    assert {"clean", "opus_24_kbit", "noise_20_db", "noise_10_db", "telephone_band", "room_0.5_s"} == set(found)
    assert all(0 <= row["uar"] <= 1 and 0 <= row["expected_calibration_error"] <= 1 for row in found.values())
    assert len(table.splitlines()) == len(found) + 2
