"""An evaluation in words."""

from ml.training.summary import evaluation

FIGURES = {
    "model_version": "face-1",
    "n": 40,
    "accuracy": 0.7,
    "uar": 0.65,
    "expected_calibration_error": 0.03,
    "per_class_recall": {"happy": 0.9, "fear": None},
    "selective": {"threshold": 0.5, "coverage": 0.85, "accuracy": 0.8, "n": 34},
    "ignored_classes": {"contempt": 3},
}


def test_what_is_named_and_what_is_left_out_is_said():
    text = evaluation("face", FIGURES)
    assert "85.0% from 0.50 on, right in 0.8000; n = 34" in text
    assert "contempt (3)" in text


def test_silence_has_no_accuracy():
    silent = {
        **FIGURES,
        "selective": {"threshold": 0.5, "coverage": 0.01, "accuracy": None, "n": 1},
        "ignored_classes": {},
    }
    text = evaluation("face", silent)
    assert "1.0% from 0.50 on" in text and "Left out" not in text
