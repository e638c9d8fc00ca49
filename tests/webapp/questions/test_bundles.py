"""Questions asked in a video or by voice travel with the library as a zip: JSON, media and captions."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from tests.webapp.recordings.conftest import _webm
from webapp.accounts.models import Role
from webapp.clips import operations as clips
from webapp.clips import preparing
from webapp.clips.models import CaptionState, Clip, ClipState
from webapp.core.database import db
from webapp.core.storage import storage
from webapp.questions import bundles, exchange, library
from webapp.questions.library import Draft
from webapp.questions.library_models import LibraryItem
from webapp.questions.models import SetState


@pytest.fixture
def zipped(client, make, sign_in) -> bytes:
    """The library of another organisation: a question in a video with captions, one that is silent and signed in a
    video of its own, one in words."""
    make.user()  # somebody of the first organisation
    admin = sign_in(make.user(Role.ADMIN, organisation_id=make.organisation("Elsewhere").id))
    for title, sound in (("Spoken", True), ("Silent", False), ("Plain", None)):
        row = library.save(Draft(title, f"{title}?"), by=admin)
        db.session.commit()
        if sound is None:
            continue
        data = {"clip": (io.BytesIO(_webm(audio=sound)), "q.webm")}
        made = client.post(f"/library/{row.id}/clip", data=data, content_type="multipart/form-data")
        clip = db.session.scalars(sa.select(Clip).order_by(Clip.created_at.desc())).first()
        assert made.location.endswith(f"/clips/{clip.id}")
        clips.give_captions(clip, "Tell us.", language="en") if sound else clips.confirm_silent(clip)
        db.session.commit()
        preparing.prepare(clip.id)
        db.session.expire_all()
        assert clip.is_shown
    where = f"/library/{library.search('silent')[0].id}/sign"
    assert "Which sign language" in client.get(where).text
    data = {"clip": (io.BytesIO(_webm()), "sign.webm")}
    assert client.post(where, data=data, content_type="multipart/form-data").status_code == 422
    data = {"clip": (io.BytesIO(_webm()), "sign.webm"), "sign_language": " LSQ "}
    saved = client.post(where, data=data, content_type="multipart/form-data").location
    row = library.search("silent")[0]
    assert saved.endswith(f"/library/{row.id}") and row.version == 3 and row.signed is None
    preparing.prepare(row.sign_clip_id)
    db.session.expire_all()
    assert row.signed is not None and "The question in sign language (LSQ)" in client.get(saved).text
    answer = client.get("/library/library.zip")
    assert answer.mimetype == "application/zip" and "no-store" in answer.headers["Cache-Control"]
    return answer.data


@pytest.fixture
def admin(zipped, make, sign_in):
    return sign_in(make.user(Role.ADMIN))


def there(admin) -> list[LibraryItem]:
    """What is in the library of the organisation that imports."""
    return [row for row in library.search() if row.organisation_id == admin.organisation_id]


def bring(client, content: bytes, name: str = "library.zip") -> str:
    return client.post("/library/import", data={"file": (io.BytesIO(content), name)}, follow_redirects=True).text


def changed(content: bytes, **parts: bytes | None) -> bytes:
    """The zip with other parts, by their names with / as _."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = parts.get(name.replace("/", "_").replace(".", "_"), old.read(name))
            if part is not None:
                new.writestr(name, part)
    return made.getvalue()


def test_they_come_to_another_organisation_and_are_used_there(client, zipped, admin, make):
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        parts = ["clips/2-sign.webm", "clips/2.webm", "clips/3.vtt", "clips/3.webm", "library.json"]
        assert sorted(archive.namelist()) == parts
        assert "Tell us." in archive.read("clips/3.vtt").decode()
        assert json.loads(archive.read("library.json"))["format"] == exchange.FORMAT  # as without clips
    assert "3 added, 0 changed" in bring(client, zipped)
    rows = {row.title: row for row in there(admin)}
    spoken, silent = rows["Spoken"].clip, rows["Silent"].clip
    signed = rows["Silent"].sign_clip
    assert (rows["Silent"].sign_language, rows["Silent"].signed, rows["Spoken"].sign_clip) == ("LSQ", None, None)
    assert rows["Plain"].clip is None and spoken.created_by_id == admin.id
    assert (spoken.organisation_id, spoken.state) == (admin.organisation_id, ClipState.CHECKING)
    for clip in (spoken, silent, signed):
        preparing.prepare(clip.id)
    db.session.expire_all()
    assert spoken.is_shown and spoken.words.text == "Tell us." and spoken.words.language == "en"
    assert silent.is_shown and silent.words is None
    assert rows["Silent"].signed is signed and signed.words is None
    assert "<video" in client.get(f"/library/{rows['Spoken'].id}").text
    draft = make.question_set("text", state=SetState.DRAFT, created_by=admin)
    client.post(f"/library/{rows['Spoken'].id}/use", data={"question_set": draft.id})
    assert draft.questions[-1].clip_id == spoken.id
    client.post(f"/questions/{draft.id}/questions/{draft.questions[-1].id}/clip", data={"remove": "1"})
    assert storage.keys_of("clips", spoken.id)  # the library still has it
    client.post(f"/library/{rows['Silent'].id}/use", data={"question_set": draft.id})
    question = draft.questions[-1]
    assert (question.sign_clip_id, question.sign_language) == (signed.id, "LSQ")
    back = library.draft_of_question(question)
    assert (back.sign_clip_id, back.sign_language, back.clip_id) == (signed.id, "LSQ", silent.id)
    client.post(f"/questions/{draft.id}/questions/{question.id}/sign", data={"remove": "1"})
    assert storage.keys_of("clips", signed.id) and clips.use_of(signed).label == "Silent"


def test_the_same_file_again_changes_nothing_and_one_without_clips_takes_none_away(client, zipped, admin):
    bring(client, zipped)
    for row in there(admin):
        for clip_id in filter(None, (row.clip_id, row.sign_clip_id)):
            preparing.prepare(clip_id)
    assert "0 added, 0 changed" in bring(client, zipped)
    assert "0 added, 0 changed" in bring(client, client.get("/library/library.zip").data)
    assert "0 added, 0 changed" in bring(client, client.get("/library/library.json").data, "library.json")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Clip)) == 6
    silent = next(row for row in there(admin) if row.title == "Silent")
    renamed = json.loads(zipfile.ZipFile(io.BytesIO(zipped)).read("library.json"))
    renamed["items"][1]["sign"]["language"] = "ASL"
    assert "0 added, 1 changed" in bring(client, changed(zipped, library_json=json.dumps(renamed).encode()))
    newer = library.versions_of(silent)[0]
    assert (newer.sign_language, newer.sign_clip_id, newer.clip_id) == ("ASL", silent.sign_clip_id, silent.clip_id)
    form = {"title": "Silent", "prompt": "Silent, again?", "kind": "video", "think_seconds": 30, "limit_seconds": 120}
    client.post(f"/library/{newer.id}", data={**form, "takes_allowed": 3})
    edited = library.versions_of(silent)[0]
    assert edited.version == newer.version + 1 and edited.sign_clip_id == silent.sign_clip_id
    one = client.get(f"/library/library.zip?item={there(admin)[-1].id}").data
    assert [entry.draft.title for entry in bundles.read(one)] == ["Spoken"]


def test_size_and_type_are_checked_and_nothing_of_a_bad_file_stays(client, zipped, admin, monkeypatch):
    document = json.loads(zipfile.ZipFile(io.BytesIO(zipped)).read("library.json"))
    lost, outside = json.loads(json.dumps(document)), json.loads(json.dumps(document))
    lost["items"][1]["clip"]["media"] = "clips/9.webm"
    outside["items"][1]["clip"]["media"] = "../clips/2.webm"
    unnamed, elsewhere = json.loads(json.dumps(document)), json.loads(json.dumps(document))
    unnamed["items"][1]["sign"]["language"] = " "
    elsewhere["items"][1]["sign"]["media"] = "../clips/2-sign.webm"
    for bad, words in (
        (changed(zipped, clips_3_webm=b"<html>"), "neither a video nor sound"),
        (changed(zipped, library_json=None), "no file of a question library"),
        (changed(zipped, library_json=json.dumps(lost).encode()), "no file of a question library"),
        *(
            (changed(zipped, library_json=json.dumps(each).encode()), "no file of a question library")
            for each in (outside, unnamed, elsewhere)
        ),
        (changed(zipped, **{"clips_2-sign_webm": b"<html>"}), "neither a video nor sound"),
        (changed(zipped, clips_3_vtt=b"x" * (clips.LONGEST_TEXT * 10 + 1)), "too large"),
        (changed(zipped, library_json=b" " * (exchange.LARGEST + 1)), "too large"),
        (zipped[:200], "no file of a question library"),
        (b"", "no file of a question library"),
    ):
        assert words in bring(client, bad)
        assert there(admin) == [] and len(db.session.scalars(sa.select(Clip)).all()) == 3  # those of the other
    monkeypatch.setattr(clips, "LARGEST", 1000)
    assert "too large" in bring(client, zipped)


def test_what_only_looks_like_a_video_is_refused_by_the_worker(client, zipped, admin):
    bring(client, changed(zipped, clips_3_webm=b"\x1a\x45\xdf\xa3 and no video"))
    (row,) = (row for row in there(admin) if row.title == "Spoken")
    preparing.prepare(row.clip_id)
    db.session.expire_all()
    assert row.clip.state is ClipState.REJECTED and not row.clip.is_shown
    assert "cannot be played" in client.get(f"/library/{row.id}").text


def test_captions_that_nobody_has_read_and_their_clips_stay_here(client, zipped, admin, make):
    row = library.save(Draft("Unread", "Unread?", clip_id=make.clip(admin).id), by=admin)
    db.session.commit()
    assert row.clip.caption_state is CaptionState.UNREAD
    with zipfile.ZipFile(io.BytesIO(client.get("/library/library.zip").data)) as archive:
        assert archive.namelist() == ["library.json"]
