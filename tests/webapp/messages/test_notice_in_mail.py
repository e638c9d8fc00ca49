"""The notice in the mail that invites: a link everywhere, all of it where a law counts days, and what is kept of it."""

from __future__ import annotations

from webapp.core import events
from webapp.core.database import db, now
from webapp.interviews.notice_models import Way
from webapp.messages import bounces


def invited(make, place: str):
    position = make.position(place[:2], region=place if "-" in place else "")
    invitation = make.invitation(position=position)
    events.send(events.interview_invited, invitation_id=invitation.id)
    return invitation


def test_the_mail_leads_to_the_notice_and_that_is_kept(app, post, deliver, make, client):
    invitation = invited(make, "CA-ON")
    deliver()
    text = post.taken[0].text
    link = next(word for word in text.split() if word.endswith("/notice"))
    page = client.get(link.removeprefix("https://viva.test"))
    assert page.status_code == 200 and "Employment Standards Act" in page.text
    assert "What is used, and for what" not in text
    db.session.expire_all()
    assert [row.way for row in invitation.notices] == [Way.MAIL]


def test_new_york_city_gets_all_of_it_and_mail_that_comes_back_told_nobody(app, post, deliver, make):
    invitation = invited(make, "US-NY-NYC")
    message = deliver()[0]
    assert "What is used, and for what:" in post.taken[0].text and "Local Law 144" in post.taken[0].text
    interview = make.interview(invitation=invitation)
    assert interview.told_on == now().date()
    report = (
        f"From: mailer@x\nTo: x\nSubject: failed\nMIME-Version: 1.0\nReferences: <{message.id}@viva.test>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\n'
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nStatus: 5.1.1\n\n--b--\n"
    )
    assert bounces.read(report.encode()) == message.id
    db.session.commit()
    assert [row.way for row in invitation.notices] == [Way.MAIL, Way.RETURNED] and interview.told_on is None
