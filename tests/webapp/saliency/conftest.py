"""Saliency needs analyses: the fixtures of those."""

from tests.webapp.analysis.conftest import models, run_all

__all__ = ["models", "run_all"]
