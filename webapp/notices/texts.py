"""What a candidate is told, made from the rules of the places, from what the organisation says of itself, and from how
long what is kept. Each part is a heading with sentences."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.accounts.models import Organisation
from webapp.binding import texts as binding_texts
from webapp.binding.operations import binds_in
from webapp.core.database import db
from webapp.core.translation import ENGLISH, FOLDER, language, messages_of, translate_stored, writing_in
from webapp.interviews.models import Invitation
from webapp.notices import keeping
from webapp.organisations.models import OrganisationProfile
from webapp.policy import Modality, law_for
from webapp.policy.access import AtPlace, situation_of
from webapp.policy.acts import VERSION
from webapp.policy.law import in_force
from webapp.policy.rules import Duty, Requirement, Rule
from webapp.positions.models import Position

#: This text among those that bind (webapp/binding/texts.py); its sentences are in the catalogues.
KEY = "notice"
#: What programs are called by which interviews are recorded and analysed here.
TRADE_NAME = "Viva"

#: What is measured, and how, without a promise that it is right.
_HOW = {
    Modality.TEXT: _l(
        "Words: speech is transcribed; words and sentences are counted, and five personality traits are estimated "
        "(openness, conscientiousness, extraversion, agreeableness, neuroticism), each with how uncertain it is."
    ),
    Modality.SPEECH: _l(
        "Voice: from its sound, eight emotions are estimated over time, and pauses, pace and pitch are measured."
    ),
    Modality.FACE: _l(
        "Face: from its picture, eight expressions are estimated over time, and blinks are counted. Nobody is "
        "recognised, and no template of your face is kept."
    ),
}
_RIGHTS = {
    Duty.OPT_OUT: _l("You can ask for another selection process, or for an accommodation."),
    Duty.HUMAN_REVIEW: _l("You can ask that a person looks at a decision again, and say what you think of it."),
    Duty.CORRECTION: _l("You can have wrong data corrected."),
}
#: What everybody may do, whatever the law of the place says.
_ALWAYS = (
    _l("You choose what is recorded and analysed. Refusing has no consequence, and you can change your mind later."),
    _l("You can answer in another format, or speak with a person instead."),
    _l("You can see who used your interview, download what is held about you, and have it erased."),
)


@dataclass(frozen=True)
class Part:
    """A heading and its sentences."""

    heading: str
    lines: list[str]


def notice(invitation: Invitation) -> list[Part]:
    """What the candidate of ``invitation`` is told, in the language in which we write now."""
    subject = invitation.interview or at(invitation.position)
    allowed = [modality for modality in Modality if law_for(subject, modality)]
    profile = db.session.get(OrganisationProfile, invitation.organisation_id)
    position = invitation.position
    uses = _("%(organisation)s uses %(product)s, a program for recorded interviews, to choose among candidates for the "
             "position “%(title)s”.", organisation=_name(invitation.organisation_id), product=TRADE_NAME,
             title=position.title)  # fmt: skip
    rules = in_force(situation_of(subject))
    return [
        Part(_("What is used, and for what"), [uses, *_purposes(allowed)]),
        *_data(allowed),
        Part(_("How long it is kept"), terms_at(position.place, position.organisation_id)),
        Part(_("Your rights"), _rights(rules)),
        Part(_("Whom to ask"), [_whom(profile, invitation)]),
        *([Part(_("The law"), [_act(rule) for rule in rules])] if rules else []),
    ]


@dataclass(frozen=True)
class Shown:
    """A notice as it is shown: the language in which it binds, and the English one too where that binds."""

    parts: list[Part]
    binding: str = ENGLISH
    english: tuple[Part, ...] = ()


def shown(invitation: Invitation) -> Shown:
    """The notice for the candidate of ``invitation``, with the English text while no admin has confirmed the other."""
    name = language()
    bound = binds_in(KEY, name, invitation.organisation_id)
    if bound == name:
        return Shown(notice(invitation), bound)
    with writing_in(ENGLISH):
        english = tuple(notice(invitation))
    return Shown(notice(invitation), bound, english)


def _name(organisation_id: str) -> str:
    row = db.session.get(Organisation, organisation_id)
    return row.name if row else ""


def _purposes(allowed: Collection[Modality]) -> list[str]:
    if not allowed:
        return [_("No program analyses your answers: people watch, listen to and read them."), _decides()]
    return [
        _("If you agree, programs analyse your answers. What they find is shown to the people who decide, beside your "
          "answers and with its uncertainty, as one thing among others."),
        _decides(),
    ]  # fmt: skip


def _decides() -> str:
    return _("No program ranks, advances or rejects anybody: a person decides, and gives a reason.")


def _data(allowed: Collection[Modality]) -> list[Part]:
    """The data and its sources, and how it is assessed."""
    sources = [
        _("From you: your name and address of mail, what you write, and, if you agree, recordings of your camera and "
          "microphone."),
        _("From the organisation: what it wrote into your invitation, and files that it attached, such as a CV. "
          "Nothing is bought or collected from elsewhere."),
    ]  # fmt: skip
    found = [Part(_("Which data, and where it comes from"), sources)]
    if allowed:
        found.append(
            Part(_("How it is assessed"), [str(_HOW[modality]) for modality in Modality if modality in allowed])
        )
    return found


def terms_at(place: str, organisation_id: str | None) -> list[str]:
    """How long what is kept at a place, a sentence a class."""
    return [keeping.in_words(kept, term) + "." for kept, term in keeping.terms(place, organisation_id).items()]


def _rights(rules: Collection[Rule]) -> list[str]:
    found = [str(text) for text in _ALWAYS]
    asked = [each for rule in rules for each in rule.requires]
    found += [str(text) for duty, text in _RIGHTS.items() if any(each.duty is duty for each in asked)]
    if days := _shortest(asked, Duty.EXPLANATION):
        found.append(
            ngettext(
                "If you are not chosen, you get an explanation within %(num)s day.",
                "If you are not chosen, you get an explanation within %(num)s days.",
                days,
            )
        )
    if days := _shortest(asked, Duty.OUTCOME):
        found.append(
            ngettext(
                "You get an answer within %(num)s day of the interview.",
                "You get an answer within %(num)s days of the interview.",
                days,
            )
        )
    return found


def _shortest(asked: Collection[Requirement], duty: Duty) -> int | None:
    return min((each.value for each in asked if each.duty is duty and each.value), default=None)


def _whom(profile: OrganisationProfile | None, invitation: Invitation) -> str:
    by = invitation.created_by
    if profile is not None and profile.contact_email:
        return _("%(name)s, %(email)s, at %(organisation)s.", name=profile.contact_name or by.name,
                 email=profile.contact_email, organisation=_name(invitation.organisation_id))  # fmt: skip
    return _("%(name)s, %(email)s.", name=by.name, email=by.email)


def _act(rule: Rule) -> str:
    return f"{rule.name} ({rule.citation})"


def requirements(rules: Collection[Rule]) -> list[tuple[Rule, list[str]]]:
    """What each rule asks for, in the page's language."""
    return [(rule, [translate_stored(each.text) for each in rule.requires]) for rule in rules]


def at(position: Position) -> AtPlace:
    """What the policy must know before an interview has begun."""
    return AtPlace(position.place, position.organisation_id)


@lru_cache(maxsize=1)
def _messages() -> list[dict[str, str]]:
    """Every message of this notice, as ``./viva translations`` gathered them."""
    found: list[dict[str, str]] = json.loads((FOLDER / "notice.json").read_text("utf-8"))
    return found


def _sentences() -> list[str]:
    return [each[form] for each in _messages() for form in ("message", "plural") if form in each]


def _in_language(name: str) -> tuple[str, list[str]] | None:
    """The same in a language; None while a message of it is not translated."""
    translations, found = messages_of(name), []
    for each in _messages():
        if "plural" in each:
            found += [translations.ungettext(each["message"], each["plural"], number) for number in (1, 5)]
        else:
            found.append(translations.ugettext(each["message"]))
    whole = all(said != english for said, english in zip(found, _sentences(), strict=True) if len(english) > 30)
    return (VERSION, found) if whole else None


binding_texts.register(
    binding_texts.BindingText(KEY, _l("The notice of AI, data and rights"), VERSION, _sentences, _in_language)
)
