"""The notice of how AI is used, in the mail that invites: a link, and all of it where a law counts days from it."""

from __future__ import annotations

from dataclasses import replace

from webapp.binding.operations import binds_words
from webapp.core.translation import writing_in
from webapp.interviews.models import Invitation
from webapp.interviews.notice_models import Way
from webapp.messages.kinds import KINDS
from webapp.messages.models import Channel, Message
from webapp.messages.wordings import Letter, Paragraph, words_of
from webapp.notices import operations as notices
from webapp.notices import texts
from webapp.notices.texts import Part
from webapp.policy.access import situation_of
from webapp.policy.law import in_force
from webapp.policy.rules import Duty

#: Kinds of mail that tell.
TELLS = frozenset({"invitation"})


def with_notice(letter: Letter, message: Message) -> Letter:
    """``letter`` with the whole notice after its words, where a law wants it so many days before."""
    if message.kind not in TELLS or message.invitation is None or not _is_counted(message.invitation):
        return letter
    shown = texts.shown(message.invitation)
    said = [Part(binds_words(), [])] if shown.english else []
    parts = (*shown.parts, *said, *shown.english)
    return replace(
        letter,
        paragraphs=(
            *letter.paragraphs,
            *(Paragraph(f"{each.heading}: {' '.join(each.lines)}" if each.lines else each.heading) for each in parts),
        ),
    )


def note(message: Message) -> None:
    """Keep that the candidate was told, once the mail has gone out. Flushes."""
    if message.kind not in TELLS or message.invitation is None or message.channel is not Channel.MAIL:
        return
    _subject, body = words_of(KINDS[message.kind], message.language, message.organisation_id)
    if "notice_link" in body or _is_counted(message.invitation):
        with writing_in(message.language):
            notices.tell(message.invitation, Way.MAIL)


def note_returned(message: Message) -> None:
    """Keep that it did not arrive after all. Flushes."""
    if message.kind in TELLS and message.invitation is not None and message.channel is Channel.MAIL:
        notices.came_back(message.invitation)


def _is_counted(invitation: Invitation) -> bool:
    subject = invitation.interview or texts.at(invitation.position)
    asked = [each for rule in in_force(situation_of(subject)) for each in rule.requires]
    return any(each.duty is Duty.NOTICE and each.value for each in asked)
