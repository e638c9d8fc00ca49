"""The sounds that the tests of what serves use."""

from tests.ml.speech.conftest import model, voice, wav, write_wav
