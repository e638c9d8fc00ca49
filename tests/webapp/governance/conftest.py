"""Fixtures of the analyses: what is erased and withdrawn is made of them."""

from tests.webapp.analysis.conftest import models, run_all

__all__ = ["models", "run_all"]
