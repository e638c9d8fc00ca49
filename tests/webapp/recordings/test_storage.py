"""Storage: keys of our own making, files whole or not at all."""

from __future__ import annotations

import pytest

from webapp.core import storage
from webapp.core.database import new_id


@pytest.mark.parametrize("key", ["../secret_key", "originals/../../viva.db", "originals/a.webm", "/etc/passwd", ""])
def test_only_our_own_keys_lead_anywhere(app, key):
    with pytest.raises(ValueError, match="Not a storage key"):
        storage.path_of(key)


def test_putting_moves_the_whole_file(app, tmp_path):
    source = tmp_path / "upload"
    source.write_bytes(b"media")
    key = f"originals/{new_id()}.webm"
    assert storage.put(key, source).read_bytes() == b"media"
    assert not source.exists()
    assert [path.name for path in storage.path_of(key).parent.iterdir()] == [storage.path_of(key).name]


def test_deleting_twice_is_no_error(app, tmp_path):
    source = tmp_path / "upload"
    source.write_bytes(b"media")
    key = f"playable/{new_id()}.mp4"
    storage.put(key, source)
    storage.delete(key)
    storage.delete(key)
    assert not storage.path_of(key).exists()
