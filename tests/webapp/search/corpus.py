"""Candidates with what they said and wrote, thirty queries, and who is found by each: the same on every database."""

from __future__ import annotations

from typing import Any

from ml.transcripts.transcript import Transcript, Word
from webapp.core.database import db, now
from webapp.interviews.models import Interview, InterviewState, Invitation
from webapp.interviews.operations import create_invitation
from webapp.recordings.models import Recording, RecordingState
from webapp.search import operations
from webapp.transcripts import store
from webapp.transcripts.models import Origin

#: name → (what was said, what was written).
PEOPLE = {
    "Élodie Brûlé": ("I fixed the queue with a lock. Then we measured again.", "Naïve café culture."),
    "Zofia Łódzka": ("We moved to Kafka 3.5 in 2024, zero downtime.", "Zażółć gęślą jaźń, powiedziała Wisława."),
    "محمد أحمد": ("عملت في شركة كبيرة في القاهرة", "أحبّ البرمجة والرياضيات"),
    "Jörg Weiß": ("Die Straße war groß; full-text search isn't easy.", "Ich schrieb einen Test."),
    "Zoë O'Connor": ("The engineers trusted the queue and a lock was not enough.", "engine room"),
    "Αλέξης Παπάς": ("Δούλεψα στην Αθήνα, ΣΤΗΝ θάλασσα.", "12e5 rows and 007 tests, x2y3 e2e"),
    "王小明": ("我在北京大学学习计算机", "データベース"),
    "José Núñez": ("El niño corrió con el pingüino.", "Mañana será otro día, said José."),
    "שרה כהן": ("שָׁלוֹם עולם", "anna@example.org wrote to me"),
    "Anna Kowalska": ("long " * 300 + "needle in the haystack " + "tail " * 100, "Kafka and Łódź"),
}
_E, _Z, _M, _J, _O, _A, _W, _N, _S, _K = PEOPLE

#: query → whom it finds.
QUERIES: dict[str, set[str]] = {
    "elodie": {_E},
    "ÉLODIE": {_E},
    "brule": {_E},
    "lock": {_E, _O},
    '"with a lock"': {_E},
    '"a lock" queue': {_E, _O},
    '"queue lock"': set(),
    "engin*": {_O},
    "engine": {_O},
    "engineer": set(),
    "lodz*": {_Z, _K},
    "łódź": {_K},
    "kafka": {_Z, _K},
    "kafka -łódź": {_Z},
    "anna kafka": {_K},
    "zazolc gesla jazn": {_Z},
    "“zero downtime”": {_Z},
    "3.5": {_Z},
    "أحمد": {_M},
    "احمد": {_M},
    "احب": {_M},
    '"شركة كبيرة"': {_M},
    "القاه*": {_M},
    "strasse": {_J},
    "full-text": {_J},
    "isn't": {_J},
    "αθηνα": {_A},
    "στην": {_A},
    "12e5": {_A},
    "007 e2e x2*": {_A},
    "北京": {_W},
    "京北": set(),
    "データ": {_W},
    "nino pinguino": {_N},
    "שלום": {_S},
    "anna@example.org": {_S},
    '"needle in the haystack"': {_K},
    "long needle tail": {_K},
    "o'connor": {_O},
    "queue -lock": set(),
    '"': set(),
    '* - "" \' ( ) : & | ! <->': set(),
    "-lock": set(),
}


def fill(make: Any) -> Any:
    """Put everybody in, by the operations that keep the index; gives the recruiter who invited them."""
    recruiter = make.user()
    position = make.position(created_by=recruiter)
    question_set = make.question_set("video text")
    for name, (said, written) in PEOPLE.items():
        invitation = create_invitation(
            position=position,
            question_set=question_set,
            name=name,
            email="",
            deadline=make.invitation(position=position, question_set=question_set, created_by=recruiter).deadline,
            by=recruiter,
        )
        answered(make, invitation, said, written)
    return recruiter


def answered(
    make: Any, invitation: Invitation, said: str | None, written: str, *, by_machine: bool = True
) -> Interview:
    """A submitted interview with a recorded answer, whose words begin every half second, and a written one."""
    interview = make.interview(invitation=invitation)
    spoken, typed = invitation.question_set.questions[:2]
    answer = make.answer(interview, spoken)
    take = make.take(answer, kept=True)
    take.recording = Recording(media_type="video/webm", state=RecordingState.READY, seconds=60.0)
    make.answer(interview, typed, text=written)
    interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
    db.session.flush()
    if said:
        words = [Word(text, number / 2, number / 2 + 0.4, 0.9) for number, text in enumerate(said.split())]
        store.add(answer, Transcript(words), Origin.RECOGNISED, by_machine=by_machine)
    operations.index_invitation(invitation)
    db.session.commit()
    return interview
