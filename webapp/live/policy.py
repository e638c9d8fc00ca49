"""The policy as asked about a room. Three points put these questions: the page, the API that hands out tokens and takes
consents, and the live service on every frame and before every reading is sent on."""

from __future__ import annotations

from flask import current_app

from ml.core.messages import N_
from webapp.live.models import SHOWN, LivePurpose, Member, Room
from webapp.policy import Decision, Modality, Mode, law_for


def reading_lawful(room: Room) -> Decision:
    """Whether anybody's face and voice may be read in ``room`` at all, whatever they would agree to."""
    for modality in (Modality.FACE, Modality.SPEECH):
        decision = law_for(room, modality)
        if not decision:
            return Decision(False, decision.code, _why_not(room, decision.code))
    return Decision(True)


def _why_not(room: Room, code: str) -> str:
    place = {"city": room.position.city if room.position else ""}
    if code == "prohibited_in_eea":
        return (
            N_(
                "In %(city)s, emotion is not inferred from faces or voices: that is prohibited in "
                "recruitment in the EU and the EEA (AI Act, Art. 5(1)(f)), even with consent. The call works "
                "without it."
            )
            % place
        )
    return (
        N_(
            "In %(city)s, emotion is not inferred from faces or voices: that is done only in locations "
            "that have been cleared, and this one has not been. The call works without it."
        )
        % place
    )


def may_be_read(member: Member) -> Decision:
    """Whether ``member`` may be read at this moment: the law of the room's place, the room, their own consent."""
    decision = reading_lawful(member.room)
    if not decision:
        return decision
    if member.removed_at is not None or not member.room.is_open:
        return Decision(False, "not_in_room", N_("Only people in an open room are analysed."))
    if not member.agreed(LivePurpose.READING):
        return Decision(False, "no_consent", N_("You have not agreed to analysis. The call works without it."))
    return Decision(True)


def shows_candidate(room: Room) -> Decision:
    """Whether a candidate's readings are shown to the others in ``room`` while they talk.

    In an assessment they are not, unless the operator has said so (VIVA_LIVE_SHOW_CANDIDATE): somebody who has seen a
    machine's opinion hears the answers in its light, so as everywhere else one's own judgement comes first.
    """
    if room.mode is Mode.PRACTICE or current_app.config["LIVE_SHOW_CANDIDATE"]:
        return Decision(True)
    return Decision(
        False,
        "judge_first",
        N_(
            "The results for %(name)s are not shown to interviewers during the call, so that they judge "
            "for themselves first."
        )
        % {"name": room.candidate_name},
    )


def is_shown(member: Member) -> bool:
    """Whether ``member``'s readings are shown to the others at this moment, if they are read at all. A candidate must
    have agreed to just that: a consent from before the operator allowed it does not cover it."""
    if member.room.mode is Mode.PRACTICE or not member.is_candidate:
        return True
    said = member.answer_to(LivePurpose.READING)
    return bool(shows_candidate(member.room)) and said is not None and said.text_version.endswith(SHOWN)


def may_record(member: Member) -> Decision:
    """Whether ``member`` may record their own side, so that it is stored and can be reported on."""
    if member.removed_at is not None or not member.room.is_open:
        return Decision(False, "not_in_room", N_("Only people in an open room can record."))
    if member.room.mode is Mode.PRACTICE:
        if member.user_id is None:
            return Decision(
                False, "no_account", N_("A recording must belong to an account: sign in to record your side.")
            )
    elif not member.is_candidate:
        return Decision(False, "not_candidate", N_("In an assessment only the candidate's own side is recorded."))
    return Decision(True)


def keeps_track(member: Member) -> bool:
    """Whether something of ``member``'s live readings is kept after the call (consent_texts.py says so)."""
    if member.room.mode is Mode.PRACTICE:
        return member.user_id is not None and member.user_id == member.room.owner_id
    return member.is_candidate
