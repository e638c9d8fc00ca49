"""A page of every route, and who opens it: for the walk through all of them in each language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule

from ml.transcripts.transcript import Transcript as Words
from ml.transcripts.transcript import Word
from tests.webapp import worlds
from tests.webapp.analysis.samples import READINGS, WORDS, answer_all
from tests.webapp.conftest import PASSWORD, Make
from webapp.accounts import pending
from webapp.accounts.factor_models import Passkey, PendingStep
from webapp.accounts.models import Role
from webapp.accounts.operations import password_token
from webapp.analysis.models import Analysis, AnalysisState
from webapp.applying import operations as applying
from webapp.applying.models import Application, OpenLink
from webapp.candidate import operations
from webapp.candidate.status import status_token
from webapp.core.database import db, new_id, now
from webapp.governance.models import Erasure
from webapp.identity.models import Protocol
from webapp.interviews.models import Interview, Invitation
from webapp.interviews.operations import invitation_url, revoke
from webapp.live import operations as live
from webapp.live.models import Room
from webapp.messages import composing, outbox
from webapp.messages.models import Message
from webapp.organisations.models import TeamRole
from webapp.own_data.operations import receipt_token
from webapp.policy import Modality
from webapp.practice import links as practice_links
from webapp.practice import settings as practice_settings
from webapp.practice.models import PracticeLink
from webapp.questions.models import Beforehand, QuestionKind, SetState
from webapp.reviews import deciding
from webapp.reviews.models import Decision
from webapp.sharing import operations as sharing
from webapp.transcripts.models import Origin, Transcript

#: Routes that show nobody a page, and why. An endpoint, or a whole blueprint with a dot at its end.
NO_PAGE = {
    "api.": "for programs: tests/webapp/api",
    "scim.": "for directories: tests/webapp/identity",
    "ats_inbound.": "for applicant tracking systems: tests/webapp/ats",
    "static": "files of pages",
    "installing.manifest": "read by browsers",
    "installing.service_worker": "read by browsers",
    "health.healthz": "read by monitoring",
    "health.readyz": "read by monitoring",
    "health.metrics": "read by monitoring",
    "analysis.progress": "read by a page's script",
    "explanations.show": "read by a page's script",
    "moments.show": "read by a page's script",
    "own_data.moment": "read by a page's script",
    "reports.figures": "read by a page's script",
    "clips.state": "read by a page's script",
    "candidate.takes": "read by a page's script",
    "candidate.terms": "read by a page's script",
    "candidate.follow_up": "read by a page's script",
    "recordings.show": "read by a page's script",
    "workspace.people": "read by a page's script",
    "workspace.following": "read by a page's script",
    "workspace.analyses": "a part of the page of an answer",
    "workspace.thread_list": "a part of the page of an answer",
    "interviews.list_progress": "a part of the page of a list",
    "recordings.play": "a recording",
    "recordings.poster": "a picture",
    "clips_public.media": "a recording",
    "clips_public.captions": "captions",
    "guests.captions": "captions",
    "transcripts.captions": "captions",
    "employer_public.logo": "a picture",
    "employer_public.style": "colours of other pages",
    "reviews.page": "a picture",
    "reviews.file": "a file to download",
    "erasing.certificate": "a file to download",
    "data_receipts.certificate": "a file to download",
    "erasing.own_data": "a file to download",
    "own_data.download": "a file to download",
    "exports.pdf": "a file to download",
    "exports.position": "a file to download",
    "reports.export": "a file to download",
    "fairness.table": "a file to download",
    "fairness.pdf": "a file to download",
    "fairness.illinois": "a file to download",
    "governance.export_csv": "a file to download",
    "governance.export_json": "a file to download",
    "ledger.export": "a file to download",
    "library.export": "a file to download",
    "interviews.links_csv": "a file to download",
    "interviews.failed_lines": "a file to download",
    "registry.figures": "a file to download",
    "registry.technical": "a file to download",
    "scheduling.host_calendar": "a file to download",
    "scheduling.calendar": "a file to download",
    "sso.begin": "leads to an identity provider",
    "sso.callback": "comes from an identity provider",
    "sso.finish": "leads on",
    "sso.metadata": "read by an identity provider",
    "earlier_positions.moved": "leads on",
    "reviews.next_anywhere": "leads on",
    "reviews.next_here": "leads on",
    "live.join": "leads on",
}

#: Kinds of questions, a page of each, and what some of them need.
KINDS = "video audio text single multiple number date file code"
SETTINGS: dict[QuestionKind, dict[str, Any]] = {
    QuestionKind.SINGLE: {"choices": ["Yes", "No"], "wanted": ["Yes"]},
    QuestionKind.MULTIPLE: {"choices": ["French", "Polish", "Arabic"]},
    QuestionKind.NUMBER: {"least": 3, "unit": "years"},
    QuestionKind.CODE: {"language": "python"},
}


@dataclass(frozen=True)
class Page:
    """A page: its address, who opens it (a key of ``Site.visitors``), and the status that it answers with.

    A mail as its receiver gets it is in their language, whoever looks at it.
    """

    path: str
    visitor: str
    status: int = 200

    @property
    def in_readers_language(self) -> bool:
        return not self.path.endswith("/mail.html")


def is_page(rule: Rule) -> bool:
    """Whether a route shows people something."""
    return "GET" in (rule.methods or ()) and not {rule.endpoint, f"{rule.endpoint.split('.')[0]}."} & set(NO_PAGE)


class Site:
    """An organisation with one row of everything, its visitors, and the pages that each of them opens."""

    def __init__(self, app: Flask) -> None:
        self.app, self._make = app, Make()
        app.config["SMTP_HOST"] = "127.0.0.1"  # nothing is sent; pages say that there is mail
        app.config["CONFIRMED_FOR"] = timedelta(days=1)  # longer than all cases take
        self.world = worlds.build(self._make)
        self.visitors: dict[str, FlaskClient] = {"nobody": app.test_client()}
        self._enrich()
        self._public()
        self._candidates()
        db.session.commit()

    def cookies(self, visitor: str, url: str) -> list[dict[str, Any]]:
        """What a visitor's browser brings, as Playwright takes it."""
        kept = self.visitors[visitor]._cookies or {}
        return [{"name": each.key, "value": each.value, "url": url} for each in kept.values()]

    def pages(self, way: str) -> list[Page]:
        """Every page of ``way`` (staff or candidate): of each route at least one."""
        found = {"staff": self._staff, "candidate": self._candidate_pages}[way]()
        return sorted(found, key=lambda page: (page.visitor, page.path))

    def routes(self) -> Iterator[Rule]:
        """Every route that shows a page."""
        return (rule for rule in self.app.url_map.iter_rules() if is_page(rule))

    def endpoint(self, path: str) -> str:
        """The route of an address; empty where there is none."""
        try:
            return str(self.app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")[0])
        except NotFound:
            return ""

    def _client(self, email: str) -> FlaskClient:
        client = self.app.test_client()
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client

    def _staff(self) -> list[Page]:
        """Each route that no candidate or stranger opens, as the admin opens it."""
        known = {self.endpoint(page.path) for page in self._candidate_pages()}
        adapter = self.app.url_map.bind("localhost")
        pages = []
        for rule in self.routes():
            if rule.endpoint not in known:
                ids = self.world.ids | self._special.get(rule.endpoint, {})
                path = adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments})
                pages.append(Page(path + ids.get("?", ""), ids.get("visitor", "admin")))
        return pages

    def _enrich(self) -> None:
        """What the rows of ``worlds`` lack to be shown whole: every reading, transcripts, a room, a bias report."""
        world, interview = self.world, self.world.interview
        admin = world.people[Role.ADMIN]
        self.visitors["admin"] = self._client(admin.email)
        for answer in interview.answers:
            read_of = ("face", "speech") if answer.takes else ("text",)
            for name in read_of:
                there = db.session.query(Analysis).filter_by(answer_id=answer.id, modality=Modality(name)).first()
                if there is None:
                    db.session.add(
                        Analysis(
                            interview=interview, answer=answer, modality=Modality(name), state=AnalysisState.DONE,
                            result=READINGS[name]().to_json(),
                        )
                    )  # fmt: skip
        room = live.make_room(
            title="Second conversation", owner=admin, until=now() + timedelta(days=2), interview=interview
        )
        over = live.make_room(
            title="Earlier conversation", owner=admin, until=now() + timedelta(days=2), interview=interview
        )
        over.closed_at = now()
        practising = self._make.user(Role.CANDIDATE, organisation_id=admin.organisation_id)
        practices = [
            answer_all(self._make, self._make.practice(practising, question_set=interview.question_set))
            for _ in range(2)
        ]
        position, questions = interview.position, interview.question_set
        invitation = self._make.invitation(position=position, question_set=questions, created_by=admin)
        beside = answer_all(self._make, self._make.interview(invitation=invitation))
        mail = outbox.put(kind="digest", cause=new_id(), recipient=admin.email, organisation_id=admin.organisation_id)
        world.ids |= {
            "room_id": room.id, "protocol": Protocol.OIDC.value, "system": "greenhouse", "name": "text", "key": "reminder",
        }  # fmt: skip
        own = {"visitor": "practice", "interview_id": practices[-1].id}
        draft = {"set_id": world.draft.id, "question_id": world.draft.questions[0].id}
        of_draft = (
            "questions.add_question",
            "questions.edit",
            "questions.edit_question",
            "questions.clip",
            "questions.sign",
        )
        self._special: dict[str, dict[str, Any]] = {
            "practice.attempts": own, "practice.delete": own, "practice.index": own,
            "practice.erase": {"visitor": "practice without an account"},
            **dict.fromkeys(of_draft, draft),
            "binding.show": {"key": "consents"},
            "comparison.show": {"?": f"?interview={interview.id}&interview={beside.id}"},
            "messages.as_mail": {"message_id": mail},
            "interviews.links": {"?": f"?position={position.id}"},
            "interviews.new": {"?": f"?position={position.id}&question_set={questions.id}"},
            "live.after": {"room_id": over.id},
            "search.results": {"?": f"?q={worlds.MARK}"},
            "workspace.calibration_of": {"user_id": admin.id},
            "workspace.calibrate": {"visitor": "reviewer"},
        }  # fmt: skip
        self.visitors["practice"] = self._client(practising.email)
        self.visitors["reviewer"] = self._client(world.people[TeamRole.REVIEWER].email)
        self.visitors["practice without an account"] = guest = self.app.test_client()
        asked = self._make.invitation(position=position, question_set=questions, created_by=admin)
        with self.app.test_request_context():
            link = path_of(invitation_url(asked))
        guest.get(link)  # which greets a browser
        assert guest.post(link.replace("/i/", "/practice/by-invitation/")).status_code == 302

    def _public(self) -> None:
        """Pages for whoever comes, and for those who hold a link of some kind."""
        make, ids, admin = self._make, self.world.ids, self.world.people[Role.ADMIN]
        link = db.session.get_one(OpenLink, ids["link_id"])
        asked = Application(open_link_id=link.id, name="Kim", email="kim@zebra.test", language="en", time_zone="")
        two_steps = make.user(Role.CANDIDATE, organisation_id=admin.organisation_id)
        passkey = Passkey(user_id=two_steps.id, name="Key", credential="key of two steps", public_key=b"")
        step = PendingStep(
            kind=pending.SECOND_STEP,
            user_id=two_steps.id,
            data={"mark": two_steps.password_mark},
            ends_at=now() + timedelta(hours=1),
        )
        db.session.add_all([asked, passkey, step])
        sent = outbox.put(
            kind="digest", cause=new_id(), recipient="kim@zebra.test", organisation_id=admin.organisation_id
        )
        position = self.world.interview.position
        share, code = sharing.share(
            position, [self.world.interview], name="Guest", email="guest2@zebra.org", until=now() + timedelta(days=1),
            by=admin, with_analyses=True,
        )  # fmt: skip
        practice_settings.switch_by_mail(admin.organisation_id, True, by=admin)
        asking = f"/practice/by-mail/{admin.organisation_id}"
        assert self.app.test_client().post(asking, data={"email": "kim@zebra.org"}).status_code == 200
        practising = db.session.scalars(sa.select(PracticeLink)).one()
        db.session.commit()
        self.visitors["second step"] = client = self.app.test_client()
        with client.session_transaction() as session:
            session[f"step {pending.SECOND_STEP}"] = step.id
        with self.app.test_request_context():
            shared = path_of(sharing.share_url(share))
            self.visitors["guest"] = guest = self.app.test_client()
            self.visitors["guest of a room"] = caller = self.app.test_client()
            room = db.session.get_one(Room, ids["room_id"])
            joining = path_of(live.url_of(room))
            open_link = path_of(applying.url_of(link))
            pages = [
                Page(shared, "nobody"), Page(shared, "guest"), Page(f"{shared}/{self.world.interview.id}", "guest"),
                Page(open_link, "nobody"), Page(f"{open_link}/embed", "nobody"),
                Page(path_of(applying.confirm_url(asked)), "nobody"), Page(asking, "nobody"),
                Page(path_of(practice_links.url_of(practising.id)), "nobody"), Page("/practice/link/x", "nobody", 410),
                Page("/practice/by-mail/x", "nobody", 404),
                Page(path_of(composing.unsubscribe_url(db.session.get_one(Message, sent))), "nobody"),
                Page(f"/set-password/{password_token(two_steps)}", "nobody"),
                Page(f"/data-receipts/{receipt_token(db.session.get_one(Erasure, ids['erasure_id']))}", "nobody"),
                Page(f"/about/{admin.organisation_id}", "nobody"),
                *(Page(path, "nobody") for path in ("/", "/accessibility", "/sign-in", "/forgot-password", "/offline", "/sso/")),
                Page("/sign-in/second-step", "second step"), Page("/no-such-page", "nobody", 404),
                Page(f"/live/rooms/{room.id}", "guest of a room"),
            ]  # fmt: skip
        assert guest.post(shared, data={"code": code}).status_code == 302
        assert caller.get(joining).status_code == 302
        self._public_pages = pages

    def _candidates(self) -> None:
        """Interviews at every stage, in the browsers of those who answer them."""
        make, admin = self._make, self.world.people[Role.ADMIN]
        by = {"created_by": admin}
        kinds = make.question_set(KINDS, state=SetState.DRAFT, **by)
        kinds.beforehand = Beforehand.QUESTIONS
        for question in kinds.questions:
            question.settings = SETTINGS.get(question.kind)
        kinds.state = SetState.PUBLISHED
        position = self.world.interview.position

        def invite(**values: Any) -> Invitation:
            return make.invitation(position=position, question_set=kinds, **by, **values)

        new, begun = invite(), operations.open_interview(invite())
        going = make.interview(invitation=invite())
        done = self.world.interview
        self._transcribe(done)
        deciding.note_told(db.session.get_one(Decision, self.world.ids["decision_id"]))
        illinois = make.interview(
            invitation=make.invitation(
                position=make.position("US", region="US-IL", created_by=admin), question_set=kinds, **by
            ),
        )
        over = make.interview(invitation=invite(deadline=now() - timedelta(days=1)))
        gone = invite()
        revoke(gone, by=admin)
        db.session.commit()
        self.visitors["candidate"] = client = self.app.test_client()
        with client.session_transaction() as session:
            session["interviews"] = [each.id for each in (begun, going, done, illinois, over)]
        written = next(each for each in done.answers if each.takes)

        def of(interview: Interview, *rest: str) -> list[Page]:
            return [Page(f"/interview/{interview.id}{each}", "candidate") for each in rest]

        with self.app.test_request_context():
            link, closed = path_of(invitation_url(new)), path_of(invitation_url(gone))
        status = f"/status/{status_token(new)}"
        self._candidate_ways = [
            Page(link, "nobody"), Page(link, "admin"), Page(closed, "nobody", 410), Page("/i/none", "nobody", 404),
            Page(status, "nobody"), Page(f"{status}/notice", "nobody"), Page(f"{status}/withdraw", "nobody"),
            Page(f"/status/{status_token(done.invitation)}", "nobody"), Page(f"/schedule/{status_token(new)}", "nobody"),
            *of(begun, "", "/consent"),
            *of(going, "/check", "/practice-question", "/review", "/help", "/consents"),
            *of(going, *(f"/questions/{question.position}" for question in kinds.questions)),
            *of(done, "/arrived", "/decision", "/activity", "/about-you", "/data", "/data/object", "/data/erase"),
            *of(done, f"/data/transcripts/{written.id}"),
            *of(illinois, "/sign"),
            Page(f"/interview/{over.id}/questions/1", "candidate", 410),
        ]  # fmt: skip

    def _candidate_pages(self) -> list[Page]:
        return [*self._public_pages, *self._candidate_ways]

    def _transcribe(self, interview: Interview) -> None:
        words = [Word(word, at * 0.5, at * 0.5 + 0.4, 0.9) for at, word in enumerate(WORDS.split())]
        for answer in interview.answers:
            if answer.takes and (recording := answer.takes[0].recording):
                db.session.add(
                    Transcript(
                        answer=answer, recording=recording, version=1, origin=Origin.RECOGNISED, by_machine=True,
                        body=Words(words, "en", "Heard").to_json(),
                    )
                )  # fmt: skip


def path_of(url: str) -> str:
    """The path of an address, with what is asked."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
