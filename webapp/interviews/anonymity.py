"""Blind review: whose name, picture and voice the present person is not to know yet, and what is shown in its place.

Who may know them is a rule about reviews, which lie above this feature: they set it by `hidden_when`.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import abort
from flask_babel import gettext as _
from flask_login import current_user

from webapp.accounts.models import User
from webapp.interviews.models import Interview, Invitation

Rule = Callable[[User, Interview], bool]
_rules: list[Rule] = []


def hidden_when(rule: Rule) -> Rule:
    """Have ``rule(user, interview)`` say when an interview's candidate stays hidden; used as a decorator."""
    if rule not in _rules:
        _rules.append(rule)
    return rule


def is_identity_hidden(interview: Interview, guest: User | None = None) -> bool:
    """Whether ``guest``, else whoever is signed in, is not to know whose ``interview`` is. Nobody signed in: no."""
    if guest is None and not current_user.is_authenticated:
        return False
    return any(rule(guest or current_user._get_current_object(), interview) for rule in _rules)


def refuse_hidden(interview: Interview, guest: User | None = None) -> None:
    """403 with what to do next where the candidate stays hidden from ``guest``, else from the present person."""
    if is_identity_hidden(interview, guest):
        abort(
            403,
            _(
                "This is a blind review: name, picture and voice show once you have submitted your scorecard. Until "
                "then, work from the transcript on the answer's page."
            ),
        )


def code_name(thing: Interview | Invitation) -> str:
    """What stands in the place of a hidden name: the same on every page, and of nothing that says who it is."""
    invitation = thing if isinstance(thing, Invitation) else thing.invitation
    return _("Candidate %(code)s", code=(invitation or thing).id[:6].upper())


def name_to_show(interview: Interview) -> str:
    """The candidate's name, or their code where it stays hidden from the present person."""
    return code_name(interview) if is_identity_hidden(interview) else interview.candidate_name
