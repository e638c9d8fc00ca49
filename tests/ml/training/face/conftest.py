"""The pictures that the tests of what serves use."""

from tests.ml.face.conftest import background, grey, head, no_weights, one_face, portrait, room
