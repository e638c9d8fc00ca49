"""How long who waits is told that it takes: by what was measured, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role
from webapp.analysis import leases, operations, tasks, waiting
from webapp.analysis.models import Analysis, AnalysisState
from webapp.core import paces
from webapp.core.database import db, now
from webapp.core.paces import Pace
from webapp.core.translation import writing_in
from webapp.policy import Modality


@pytest.fixture
def queued(make, app, monkeypatch):
    """So many queued interviews of one written answer each, of the organisation or of practice (None)."""
    monkeypatch.setattr(tasks.read_words, "delay", lambda _analysis_id: None)
    by = make.user(Role.ADMIN)
    questions, position = make.question_set("text", created_by=by), make.position(created_by=by)

    def queued(number, organisation_id=by.organisation_id):
        made = []
        for _ in range(number):
            if organisation_id is None:
                interview = make.practice(by, question_set=questions)
            else:
                invitation = make.invitation(position=position, question_set=questions, created_by=by)
                interview = make.interview(invitation=invitation, organisation_id=organisation_id)
            operations.queue_interview(answer_all(make, interview))
            made.append(interview)
        db.session.commit()
        return made

    return queued


def measured(seconds: float, times: int = paces.ENOUGH) -> None:
    for _ in range(times):
        paces.note(leases.pace_of(Modality.TEXT), seconds)


def work(number: int) -> None:
    """So many workers take what is next."""
    for _ in range(number):
        leases.WORDS.take(leases.new_owner())


def test_nothing_is_said_where_nothing_is_known(queued):
    (mine,) = queued(1)
    assert waiting.seconds_left(mine) is None  # never measured, nobody works
    measured(60, times=paces.ENOUGH - 1)
    work(1)
    assert waiting.seconds_left(mine) is None and waiting.in_words(mine) == ""
    measured(60, times=1)
    assert waiting.seconds_left(mine) == pytest.approx(30)
    db.session.execute(sa.update(Analysis).values(lease_until=now() - timedelta(seconds=1)))
    db.session.commit()
    assert waiting.seconds_left(mine) is None  # whoever had it in hand has not been heard of


def test_what_lies_ahead_counts_and_several_workers_share_it(queued):
    measured(60)
    before, mine, after = queued(7), queued(1)[0], queued(3)
    work(2)
    # Two half done, five whole ones ahead, and one's own.
    assert waiting.seconds_left(mine) == pytest.approx((2 * 0.5 + 5 + 1) * 60 / 2)
    assert waiting.seconds_left(after[-1]) > waiting.seconds_left(mine) > waiting.seconds_left(before[0])
    assert waiting.in_words(mine) == "Estimated time left: about 4 minutes"
    assert waiting.queue_in_words() == "Estimated time left: about 4 minutes"  # nine by two workers


def test_of_another_organisation_no_more_than_ones_own_lies_ahead(make, queued):
    measured(60)
    queued(10)
    work(1)
    (mine,) = queued(1, make.organisation().id)
    assert waiting.seconds_left(mine) == pytest.approx((0.5 + 1 + 1) * 60)
    (practice,) = queued(1, None)
    assert waiting.seconds_left(practice) == pytest.approx((0.5 + 1) * 60)
    assert waiting.seconds_left(mine) == pytest.approx((0.5 + 1 + 1 + 1) * 60)  # practice goes first


def test_each_line_has_workers_of_its_own_unless_one_does_both(queued):
    measured(60)
    for _ in range(paces.ENOUGH):
        paces.note(leases.pace_of(Modality.FACE), 600)
    faces, mine = queued(2), queued(1)[0]
    where = Analysis.interview_id.in_([each.id for each in faces])
    leases.WORK.update(where, modality=Modality.FACE)
    leases.FACES_AND_VOICES.take(leases.new_owner())
    assert waiting.seconds_left(mine) == pytest.approx(0.5 * 600 + 600 + 60)  # nobody is seen to do words alone
    work(1)
    assert waiting.seconds_left(mine) == pytest.approx(0.5 * 60)
    assert waiting.seconds_left(faces[1]) == pytest.approx(0.5 * 600 + 600)


def test_a_pace_follows_what_work_takes_lately(app):
    paces.note("other", 10.0)
    assert paces.of("other") == {}
    for _ in range(9):
        paces.note("other", 20.0)
    assert paces.of("other") == {"other": pytest.approx(19.0)}
    for _ in range(40):
        paces.note("other", 60.0)
    assert 58 < paces.of("other")["other"] < 60
    assert db.session.get(Pace, "other").measured == 50


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""), (3, "less than a minute"), (50, "about 1 minute"), (125, "about 2 minutes"),
        (640, "about 15 minutes"), (3500, "about 60 minutes"), (3700, "more than an hour"), (9e9, "more than an hour"),
    ],
)  # fmt: skip
def test_no_wait_is_said_finer_than_it_is_known(app, seconds, words):
    with app.test_request_context():
        assert paces.in_words(seconds) == words


def test_other_languages_say_it_in_their_own_plurals(app):
    with app.test_request_context():
        found = set()
        for language in ("fr", "de", "es", "ar", "pl"):
            with writing_in(language):
                found |= {paces.in_words(each) for each in (3.0, 60.0, 120.0, 360.0, 4000.0)}
        assert not found & {"less than a minute", "about 1 minute", "about 2 minutes", "about 6 minutes"}
        with writing_in("pl"):
            assert [paces.in_words(each).split()[-1] for each in (60.0, 360.0)] == ["minuty", "minut"]


def test_a_report_says_it_where_it_is_known(client, make, sign_in, queued):
    measured(60)
    mine = queued(4)[-1]
    sign_in(db.session.scalars(sa.select(Analysis)).first().interview.invitation.created_by)
    page = client.get(f"/reports/{mine.id}").text
    assert "Estimated time left" not in page and "data-progress-left hidden" in page
    work(1)
    assert "Estimated time left: about 4 minutes" in client.get(f"/reports/{mine.id}").text
    assert client.get(f"/analysis/{mine.id}.json").json["left"] == "Estimated time left: about 4 minutes"
    leases.WORK.update(sa.true(), state=AnalysisState.DONE, lease_owner=None, lease_until=None)
    assert client.get(f"/analysis/{mine.id}.json").json["left"] == ""
