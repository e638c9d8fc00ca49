"""The library: recruiters write versions, admins lock, files go out and come in, sets keep what they took."""

from __future__ import annotations

import io
import json

import pytest
import sqlalchemy as sa

from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.questions import exchange, library
from webapp.questions.exchange import ExchangeError
from webapp.questions.guide import Competency, ScoringGuide, clean
from webapp.questions.library import Draft, LibraryError
from webapp.questions.library_models import LibraryItem
from webapp.questions.models import QuestionKind, SetState
from webapp.questions.starters import STARTERS

GUIDE = clean([
    Competency("", "Problem solving", {1: "None", 5: "Cause; effect, and after"}, ["Names it", "Says why"], ["=I measured"]),
    Competency("", "Collaboration"),
])  # fmt: skip
DRAFTS = [
    Draft(
        "Pride",
        "Tell us of a problem, “solved”.",
        QuestionKind.AUDIO,
        0,
        90,
        1,
        guide=GUIDE,
        tags=("leadership", "remote"),
    ),
    Draft("Plain", "=1+1?\nSecond line", rubric="One\nTwo"),
    Draft("A guide", guide=GUIDE, is_template=True),
    Draft(
        "Licence",
        "Have you a licence?",
        QuestionKind.SINGLE,
        settings={"choices": ["Yes", "No"], "wanted": ["Yes"]},
    ),
    Draft("Years", "How many years?", QuestionKind.NUMBER, settings={"least": 3.5, "unit": "years"}),
    Draft("Loop", "Write a loop.", QuestionKind.CODE, settings={"language": "python"}),
    Draft("Story", "Tell us.", follow_ups="Names a result = What came of it?"),
]


@pytest.fixture
def recruiter(make, sign_in):
    return sign_in(make.user())


FORM = {
    "title": "Pride",
    "prompt": "Tell us.",
    "kind": "video",
    "think_seconds": "30",
    "limit_seconds": "60",
    "takes_allowed": "2",
    "tags": "Remote, #Leadership",
}


def test_a_recruiter_writes_and_changes_make_versions(client, recruiter):
    address = client.post("/library/new", data=FORM).location
    row = db.session.scalars(sa.select(LibraryItem)).one()
    assert (row.version, row.tags, row.created_by_id) == (1, ["leadership", "remote"], recruiter.id)
    client.post(address, data=FORM | {"prompt": "Tell us more.", "competency-0-name": "Problem solving"})
    client.post(
        f"/library/{library.search()[0].id}",
        data=FORM | {"prompt": "Tell us more.", "competency-0-name": "Problem solving", "competency-0-key": "c1"},
    )
    rows = library.versions_of(row)
    assert [(each.version, each.prompt) for each in rows] == [(2, "Tell us more."), (1, "Tell us.")], (
        "no change, no version"
    )
    stale = client.post(address, data=FORM | {"prompt": "Another."})
    assert stale.status_code == 422 and "Someone else has changed" in stale.text
    page = client.get("/library?q=more+pride&tag=remote").text
    assert "Pride" in page and "Pride" not in client.get("/library?tag=nothing").text.split("filters")[-1]


def test_its_tags_are_shown_as_they_are_written(client, recruiter):
    """Saving what is shown changes none of them."""
    for tags, shown in (("Remote, #Leadership", "leadership, remote"), ("", "")):
        made = client.post("/library/new", data=FORM | {"tags": tags})
        page = client.get(made.location).text
        assert f'name="tags" type="text" value="{shown}"' in page


def test_what_an_admin_locks_stays(client, make, sign_in, recruiter):
    address = client.post("/library/new", data=FORM).location
    client.post(f"{address}/change", data={"then": "lock"})
    row = db.session.scalars(sa.select(LibraryItem)).one()
    assert row.locked_at is None, "a recruiter locks nothing"
    sign_in(make.user(Role.ADMIN))
    client.post(f"{address}/change", data={"then": "lock"})
    refused = client.post(address, data=FORM | {"prompt": "Other."})
    assert refused.status_code == 422 and "locked" in refused.text
    client.post(f"{address}/change", data={"then": "archive"})
    assert len(library.search()) == 1
    client.post(f"{address}/change", data={"then": "unlock"})
    client.post(f"{address}/change", data={"then": "archive"})
    assert library.search() == []


def test_only_its_author_and_admins_take_it_out(client, make, sign_in, recruiter):
    address = client.post("/library/new", data=FORM).location
    sign_in(make.user())
    client.post(f"{address}/change", data={"then": "archive"})
    assert len(library.search()) == 1


def test_an_admin_adds_it_to_a_draft_with_its_guide(client, make, sign_in):
    admin = sign_in(make.user(Role.ADMIN))
    row = library.save(DRAFTS[0], by=admin)
    draft, published = make.question_set("video", state="draft"), make.question_set("video")
    client.post(f"/library/{row.id}/use", data={"question_set": draft.id})
    question = draft.questions[-1]
    assert (question.prompt, question.guide, question.library_item_id) == (row.prompt, row.guide, row.id)
    client.post(f"/library/{row.id}/use", data={"question_set": published.id})
    assert len(published.questions) == 1
    template = library.save(DRAFTS[2], by=admin)
    db.session.commit()
    page = client.get(f"/questions/{draft.id}/add?template={template.id}").text
    assert 'value="Problem solving"' in page and "Begin with this scoring guide" in page


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_out_and_in_again_is_the_same(kind):
    content = exchange.to_json(DRAFTS) if kind == "json" else exchange.to_csv(DRAFTS)
    assert exchange.read(content, f"library.{kind}") == DRAFTS
    if kind == "csv":
        assert b"'=1+1" in content and b"'=I measured" in content, "no cell is a formula"


def test_a_file_goes_in_whole_or_not_at_all(client, recruiter):
    content = exchange.to_csv(DRAFTS).decode("utf-8-sig")

    def bring(body, name="x.csv"):
        return client.post("/library/import", data={"file": (io.BytesIO(body), name)}, follow_redirects=True).text

    assert "7 added, 0 changed" in bring(content.encode())
    assert "0 added, 0 changed" in bring(content.encode())
    assert "0 added, 1 changed" in bring(content.replace("Second line", "Third line").encode())
    assert "Line 2: a title is missing" in bring(b"title,question\n,What?")
    assert "Entry 3:" in bring(b"title,question\nFine,What?\nNo question,")
    assert "no file of a question library" in bring(b'{"format": "other", "items": []}', "x.json")
    assert "no file of a question library" in bring(b"[" * 100_000, "x.json")
    assert len(library.search()) == 7
    exported = json.loads(client.get("/library/library.json").data)
    assert exported["format"] == "viva-library-1" and len(exported["items"]) == 7
    assert client.get("/library/library.csv").mimetype == "text/csv"


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe", b"title\n", b'title,question\n"x', b"name\nx"])
def test_what_is_no_file_of_ours(app, broken):
    with app.test_request_context(), pytest.raises(ExchangeError):
        exchange.read(broken, "x.csv")


def test_semicolons_and_other_spreadsheets(app):
    rows = b"\xef\xbb\xbftitle;question;competency;level_5\r\nA;Why?;Depth;All of it\r\n;;Breadth;\r\n"
    with app.test_request_context():
        (draft,) = exchange.read(rows, "X.CSV")
    assert [one.name for one in draft.guide.competencies] == ["Depth", "Breadth"] and draft.guide.competencies[
        0
    ].levels == {5: "All of it"}


def test_values_that_no_question_can_have(app, make):
    user = make.user()
    with app.test_request_context():
        for draft in (Draft("", "?"), Draft("A"), Draft("A", "?", takes_allowed=0), Draft("A", is_template=True)):
            with pytest.raises(LibraryError):
                library.save(draft, by=user)


def test_guides_that_come_with_it_begin_a_question(client, make, sign_in):
    sign_in(make.user(Role.ADMIN))
    draft = make.question_set("video", state="draft")
    for path in (f"/questions/{draft.id}/add", "/library/new"):
        page = client.get(path).text
        assert all(str(each.title) in page for each in STARTERS)
        page = client.get(f"{path}?template=starter-collaboration").text
        assert 'value="Collaboration"' in page and "Says how it was settled" in page
    for each in STARTERS:
        (competency,) = ScoringGuide.from_json(each.guide).competencies
        assert sorted(competency.levels) == [1, 2, 3, 4, 5] and len(competency.points) == 3


def test_new_kinds_are_kept_and_used_with_their_settings(client, recruiter, make):
    form = {**FORM, "kind": "single", "choices": "Yes\nNo", "wanted": "Yes"}
    assert client.post("/library/new", data={**form, "wanted": "Maybe"}).status_code == 422
    client.post("/library/new", data=form)
    row = db.session.scalars(sa.select(LibraryItem)).one()
    assert row.settings == {"choices": ["Yes", "No"], "wanted": ["Yes"]}
    assert "Yes\nNo</textarea>" in client.get(f"/library/{row.id}").text
    draft = make.question_set("text", state=SetState.DRAFT)
    question = library.use(row, draft, by=draft.created_by)
    assert (question.kind, question.settings) == (QuestionKind.SINGLE, row.settings)
