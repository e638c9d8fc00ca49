"""What raters would say: a range; in an assessment only where voice and words may be read, and less of it."""

from __future__ import annotations

import pytest

from ml.transcripts import captions
from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.interviews.models import Consent
from webapp.policy import Purpose
from webapp.reports.operations import build, report_of
from webapp.transcripts import store
from webapp.transcripts.models import Origin

TALK = (
    "In my last project we built a small robot for the warehouse and I was responsible for its eyes. We tested three "
    "cameras, and because the light kept changing I wrote a program that looked at the floor instead. "
) * 5


@pytest.fixture
def spoken(make, run_all):
    """Answer an interview, write down its first recording, and have it read."""

    def spoken(interview, talk: str = TALK):
        answer_all(make, interview)
        answer = next(each for each in interview.answers if each.takes)
        store.add(answer, captions.plain(talk), Origin.TYPED, by_machine=False)
        run_all(interview)
        return interview

    return spoken


def test_who_practises_sees_ranges_and_what_moved_them(client, make, sign_in, spoken):
    practice = spoken(make.practice(sign_in(make.user(Role.CANDIDATE))))
    page = client.get(f"/reports/{practice.id}").text
    assert "How listeners might rate it" in page and "How excited did the speaker seem?" in page
    assert "What influenced the first line most" in page and "words per minute" in page
    raters = client.get(f"/reports/{practice.id}/report.json").get_json()["raters"]
    overall = raters["reading"]["ratings"]["overall"]
    assert 1 <= overall["low"] < overall["value"] < overall["high"] <= 7 and raters["reading"]["invite"]


def test_an_employer_never_learns_how_excited_somebody_sounded(client, make, sign_in, spoken):
    recruiter = sign_in(make.user())
    interview = spoken(make.interview(invitation=make.invitation(created_by=recruiter)))
    page = client.get(f"/reports/{interview.id}").text
    assert "How well did it go overall?" in page and "excited did" not in page and "Would you invite" not in page
    reading = client.get(f"/reports/{interview.id}/report.json").get_json()["raters"]["reading"]
    assert set(reading["ratings"]) == {"overall"} and reading["invite"] is None
    inbox = client.get("/interviews").text
    assert "How listeners might rate it" not in inbox and "rater" not in inbox.lower()


def test_in_the_eea_there_is_none_and_a_smuggled_one_stays_hidden(client, make, sign_in, spoken):
    recruiter = sign_in(make.user())
    montreal = spoken(make.interview(invitation=make.invitation(created_by=recruiter)))
    lyon = spoken(make.interview(invitation=make.invitation("FR", created_by=recruiter)))
    report = report_of(lyon)
    assert report.body["raters"] is None and report.body["content"]
    report.body = {**report.body, "raters": report_of(montreal).body["raters"]}
    db.session.commit()
    for address in ("", "/report.json"):
        text = client.get(f"/reports/{lyon.id}{address}").text
        assert "How well did it go overall?" not in text and '"ratings"' not in text


@pytest.mark.parametrize("purpose", [Purpose.TEXT, Purpose.VOICE])
def test_a_consent_that_is_taken_back_takes_it_away(client, make, sign_in, spoken, purpose):
    practice = spoken(make.practice(sign_in(make.user(Role.CANDIDATE))))
    practice.consents.append(Consent(purpose=purpose, granted=False, text_version="test"))
    db.session.commit()
    assert "How well did it go overall?" not in client.get(f"/reports/{practice.id}").text
    assert build(practice.id).body["raters"] is None


def test_too_little_speech_says_so(client, make, sign_in, spoken):
    practice = spoken(make.practice(sign_in(make.user(Role.CANDIDATE))), talk="I like robots and I like people. " * 3)
    assert "at least 150 words" in client.get(f"/reports/{practice.id}").text


def test_reports_of_an_earlier_version_still_show(client, make, sign_in, spoken):
    practice = spoken(make.practice(sign_in(make.user(Role.CANDIDATE))))
    report = report_of(practice)
    report.body = {key: value for key, value in report.body.items() if key not in ("content", "raters")}
    db.session.commit()
    page = client.get(f"/reports/{practice.id}")
    assert page.status_code == 200 and "How well did it go overall?" not in page.text
