"""Every mail that Viva writes: to whom, when, in which words, and with which variables.

The words here are what an organisation starts from; it may say them in its own way (wordings.py). A paragraph is one
text; one that is ``[label]({{ link }})`` alone is a button. Variables are filled in by variables.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

Text = Any  # a lazy text of Flask-Babel, which is translated when it becomes a str


@dataclass(frozen=True)
class Kind:
    """One kind of mail."""

    key: str
    #: What it is, and when it is sent, for admins.
    title: Text
    when: Text
    subject: Text
    paragraphs: tuple[Text, ...]
    #: Names of variables beside those that every mail has (ALWAYS).
    variables: tuple[str, ...] = ()
    #: Whether its link lets somebody in who has it: then it is shown to admins alone, and noted.
    secret: bool = False
    #: Whether people can say that they want no more of it.
    optional: bool = False
    #: Whether nobody who hires may learn that it was sent, or to whom: no page, count, search or export shows it.
    private: bool = False
    #: Whether it goes, with its address, as soon as it is sent or nobody took it.
    fleeting: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All variables that its words may use."""
        return (*ALWAYS, *self.variables)


#: What every mail knows.
ALWAYS = ("name", "organisation")
_INVITED = ("position", "place", "inviter", "inviter_email", "deadline")
_STAFF = ("candidate", "position", "place")

#: What variables mean, with an example for previews.
VARIABLES: dict[str, tuple[Text, Text]] = {
    "name": (_l("the recipient's name"), _l("Kim Tremblay")),
    "organisation": (_l("your organisation, as VIVA_MAIL_FROM says it"), _l("Example Ltd")),
    "position": (_l("the position's title"), _l("Support engineer")),
    "place": (_l("the position's city"), _l("Montréal")),
    "inviter": (_l("who sent the invitation"), _l("Ada Lindqvist")),
    "inviter_email": (_l("their email address"), _l("ada@example.org")),
    "deadline": (_l("until when it can be answered, in the reader's time zone"), _l("Friday, 4 December 2026, 23:59")),
    "before": (_l("the deadline that was"), _l("Wednesday, 2 December 2026, 23:59")),
    "minutes": (_l("how long answering takes at most, in minutes"), _l("25")),
    "link": (_l("the link of the message"), "https://viva.example.org/…"),
    "status_link": (_l("the candidate's status page"), "https://viva.example.org/status/…"),
    "notice_link": (
        _l("how AI is used, which data, and the candidate's rights"),
        "https://viva.example.org/status/…/notice",
    ),
    "submitted": (_l("when the interview was submitted"), _l("Tuesday, 1 December 2026, 10:12")),
    "answers": (_l("how many answers arrived"), _l("5")),
    "answer_by": (_l("by when the candidate is owed an answer"), _l("Friday, 15 January 2027")),
    "days_left": (_l("days until then"), _l("10")),
    "owed": (_l("how many candidates are owed an answer"), "240"),
    "oldest": (_l("the ten who have waited longest"), _l("Kim Tremblay (Support engineer)")),
    "candidate": (_l("the candidate's name"), _l("Kim Tremblay")),
    "granted": (_l("what was granted"), _l("Twice the time to think")),
    "code": (_l("the code"), "482 913"),
    "by": (_l("who did it"), _l("Ada Lindqvist")),
    "browser": (_l("the browser and its system"), _l("Firefox on Windows")),
    "change": (_l("what happened to the second step"), _l("a passkey was added")),
    "what": (_l("what has drifted, with its index and how many readings"), "words, input: words (0.41, n = 120)"),
    "moment": (_l("when it happened"), _l("Tuesday, 1 December 2026, 10:12")),
    "waiting": (_l("how many interviews wait for a review"), _l("4")),
    "overdue": (_l("how many candidates should have had an answer by now"), _l("1")),
    "file": (_l("what was exported"), _l("Interview of Kim Tremblay")),
    "request": (_l("what the candidate wrote"), _l("Could I answer in writing?")),
    "starts": (_l("when the conversation begins"), _l("Thursday, 10 December 2026, 14:00")),
    "length": (_l("how long it takes, in minutes"), _l("45")),
    "host": (_l("who leads the conversation"), _l("Ada Lindqvist")),
    "reason": (_l("why it could not be delivered"), _l("This address does not take mail.")),
    "message": (_l("which message it was"), _l("Invitation")),
}

_HELLO = _l("Hello {{ name }},")
_BYE = _l("{{ organisation }}")
_QUESTIONS = _l("Questions? Write to {{ inviter }} at {{ inviter_email }}, or reply to this message.")

_KINDS: Iterable[Kind] = (
    Kind(
        "invitation",
        _l("Invitation"),
        _l("When a candidate is invited."),
        _l("Your interview for {{ position }}"),
        (
            _HELLO,
            _l("You are invited to a recorded interview for the position {{ position }} in {{ place }}."),
            _l(
                "Answer in your own time, until {{ deadline }}. It takes at most {{ minutes }} minutes. You can "
                "practise first, and you can stop and go on later."
            ),
            _l("[Open the interview]({{ link }})"),
            _l("The link is for you alone, and works in the browser in which you start."),
            _l("Before anything is recorded, you are told what it is used for, and you choose. Saying no is fine."),
            _l("How AI is used here, which data, for how long, and your rights: {{ notice_link }}"),
            _l("Do you need another format or more time? Ask for it here: {{ status_link }}"),
            _QUESTIONS,
            _BYE,
        ),
        (*_INVITED, "minutes", "link", "status_link", "notice_link"),
        secret=True,
    ),
    Kind(
        "reminder",
        _l("Reminder of the deadline"),
        _l("Two days and two hours before the deadline, unless the interview is submitted."),
        _l("Your interview for {{ position }}: answer until {{ deadline }}"),
        (
            _HELLO,
            _l("Your interview for {{ position }} is open until {{ deadline }}."),
            _l("[Continue the interview]({{ link }})"),
            _l("If you need more time or another format, say so here: {{ status_link }}"),
            _QUESTIONS,
            _BYE,
        ),
        (*_INVITED, "link", "status_link"),
        secret=True,
    ),
    Kind(
        "receipt",
        _l("Receipt"),
        _l("When a candidate has submitted an interview."),
        _l("We received your interview for {{ position }}"),
        (
            _HELLO,
            _l("Thank you. Your interview for {{ position }} arrived on {{ submitted }}, with {{ answers }} answers."),
            _l("People review it and decide; you get an answer by {{ answer_by }}."),
            _l("[See your status]({{ status_link }})"),
            _l("There you see what happens next, and you can withdraw or reach a person at any time."),
            _QUESTIONS,
            _BYE,
        ),
        (*_INVITED, "submitted", "answers", "answer_by", "status_link"),
    ),
    Kind(
        "deadline_moved",
        _l("The deadline was moved"),
        _l("When somebody changes the deadline of an invitation."),
        _l("New deadline for your interview: {{ deadline }}"),
        (
            _HELLO,
            _l("You can answer your interview for {{ position }} until {{ deadline }}. Before, it was {{ before }}."),
            _l("[Open the interview]({{ link }})"),
            _QUESTIONS,
            _BYE,
        ),
        (*_INVITED, "before", "link", "status_link"),
        secret=True,
    ),
    Kind(
        "revoked",
        _l("The invitation was revoked"),
        _l("When somebody revokes an invitation that was sent."),
        _l("Your invitation for {{ position }} was withdrawn"),
        (
            _HELLO,
            _l("Your invitation to an interview for {{ position }} was withdrawn, and its link no longer works."),
            _QUESTIONS,
            _BYE,
        ),
        _INVITED,
    ),
    Kind(
        "accommodation",
        _l("An accommodation was granted"),
        _l("When a candidate gets another format, more time or other help."),
        _l("Your request for the interview for {{ position }}"),
        (
            _HELLO,
            _l("For your interview for {{ position }} you have: {{ granted }}"),
            _l("It changes nothing in how your answers are reviewed."),
            _l("[Open the interview]({{ link }})"),
            _QUESTIONS,
            _BYE,
        ),
        (*_INVITED, "granted", "link", "status_link"),
        secret=True,
    ),
    Kind(
        "letter_advance",
        _l("Letter: advance"),
        _l("When somebody sends a candidate the decision to advance."),
        _l("Good news about {{ position }}"),
        (
            _HELLO,
            _l("Thank you for your interview for {{ position }}. We would like to go on with you."),
            _l("{{ inviter }} will contact you about the next step."),
            _l("[See your status]({{ status_link }})"),
            _QUESTIONS,
            _BYE,
        ),
        (*_INVITED, "status_link"),
    ),
    Kind(
        "letter_hold",
        _l("Letter: hold"),
        _l("When somebody tells a candidate that the decision takes longer."),
        _l("Your interview for {{ position }}: we need more time"),
        (
            _HELLO,
            _l("Thank you for your interview for {{ position }}. We have reviewed it and need more time to decide."),
            _l("You get an answer in any case. Until then you see where things stand here:"),
            _l("[See your status]({{ status_link }})"),
            _QUESTIONS,
            _BYE,
        ),
        (*_INVITED, "status_link"),
    ),
    Kind(
        "letter_decline",
        _l("Letter: reject"),
        _l("When somebody sends a candidate the decision to reject."),
        _l("Your interview for {{ position }}"),
        (
            _HELLO,
            _l("Thank you for the time and thought that you gave your interview for {{ position }}."),
            _l("We have decided to go on with other candidates. People made this decision, against the scoring guide."),
            _l("You can ask for the reasons, and for a review by another person: write to {{ inviter_email }}."),
            _l("We wish you well."),
            _BYE,
        ),
        (*_INVITED, "status_link"),
    ),
    Kind(
        "answer_due",
        _l("A candidate is owed an answer"),
        _l("To whoever invited: ten days before an answer is due, on that day, and once a week after it."),
        _l("{{ candidate }} is owed an answer by {{ answer_by }}"),
        (
            _HELLO,
            _l("{{ candidate }} submitted an interview for {{ position }} on {{ submitted }} and had no answer yet."),
            _l("An answer is due by {{ answer_by }}."),
            _l("[Open the interview]({{ link }})"),
        ),
        (*_STAFF, "submitted", "answer_by", "days_left", "link"),
    ),
    Kind(
        "answers_due",
        _l("Many candidates are owed an answer"),
        _l("To whoever invited, once a week, in place of a message for each where more than ten are owed an answer."),
        _l("{{ owed }} candidates are owed an answer"),
        (
            _HELLO,
            _l("Candidates who are owed an answer, now or within ten days: {{ owed }}."),
            _l("Those who have waited longest: {{ oldest }}."),
            _l("[Open the list]({{ link }})"),
        ),
        ("owed", "oldest", "link"),
    ),
    Kind(
        "withdrew",
        _l("A candidate withdrew"),
        _l("To whoever invited, when a candidate withdraws."),
        _l("{{ candidate }} withdrew from {{ position }}"),
        (
            _HELLO,
            _l("{{ candidate }} has withdrawn from {{ position }}. The link is closed and no reminders go out."),
            _l("[Open the invitation]({{ link }})"),
        ),
        (*_STAFF, "link"),
    ),
    Kind(
        "asked",
        _l("A candidate asks for something"),
        _l("To whoever invited, when a candidate asks for another format, another time or a person."),
        _l("{{ candidate }} asks for something: {{ position }}"),
        (
            _HELLO,
            _l("{{ candidate }}, who is invited for {{ position }}, writes:"),
            _l("{{ request }}"),
            _l("[Open the invitation]({{ link }})"),
            _l("Reply to this message to answer."),
        ),
        (*_STAFF, "request", "link"),
    ),
    Kind(
        "new_account",
        _l("Account created"),
        _l("When an admin adds a person or activates them again."),
        _l("Your account at {{ organisation }}"),
        (
            _HELLO,
            _l("You have an account in Viva, where {{ organisation }} holds its interviews. Set a password to begin:"),
            _l("[Set a password]({{ link }})"),
            _l("The link works once, for three days."),
            _BYE,
        ),
        ("link",),
        secret=True,
    ),
    Kind(
        "password_reset",
        _l("Reset a password"),
        _l("When somebody asks for a link to set a new password."),
        _l("Set a new password"),
        (
            _HELLO,
            _l("Somebody, probably you, asked to set a new password for your account."),
            _l("[Set a new password]({{ link }})"),
            _l("The link works once, within an hour. If it was not you, do nothing: your password stays as it is."),
            _BYE,
        ),
        ("link",),
        secret=True,
    ),
    Kind(
        "new_device",
        _l("Sign-in from a new device"),
        _l("When somebody signs in in a browser in which they never did before."),
        _l("New sign-in to your account"),
        (
            _HELLO,
            _l("Your account was used to sign in on {{ moment }}, in a browser not seen before: {{ browser }}."),
            _l("If that was you, there is nothing to do. If not, end that session and change your password:"),
            _l("[Look at my sessions]({{ link }})"),
            _BYE,
        ),
        ("moment", "browser", "link"),
    ),
    Kind(
        "second_step",
        _l("Changed second step"),
        _l("When a second step is added to somebody's account, used up or removed, by them or by somebody else."),
        _l("The second step of your account has changed"),
        (
            _HELLO,
            _l("On {{ moment }} this happened to the second step with which you sign in: {{ change }}."),
            _l("If you know of it, there is nothing to do. If not, change your password and tell your administrator:"),
            _l("[Look at my second step]({{ link }})"),
            _BYE,
        ),
        ("moment", "change", "link"),
    ),
    Kind(
        "drift",
        _l("Readings have drifted"),
        _l("To admins, once a month for each number, when what a model gets or reads differs much from before."),
        _l("What the models read has changed: {{ what }}"),
        (
            _HELLO,
            _l("This differs much from the first readings of the same version: {{ what }}."),
            _l("Other cameras, other questions or other people can be the cause. Look before you rely on readings."),
            _l("[Look at the models]({{ link }})"),
            _BYE,
        ),
        ("what", "link"),
    ),
    Kind(
        "link_code",
        _l("Code for another browser"),
        _l("When a candidate opens their link in another browser and asks for a code."),
        _l("{{ code }} is your code"),
        (
            _HELLO,
            _l("To go on with your interview for {{ position }} in another browser, enter this code there:"),
            _l("{{ code }}"),
            _l("It works for fifteen minutes. Nobody will ask you for it: if you did not ask for a code, do nothing."),
            _BYE,
        ),
        ("position", "code"),
        secret=True,
    ),
    Kind(
        "digest",
        _l("Daily summary"),
        _l("To reviewers, at eight in the morning in their time zone, if something waits for them."),
        _l("{{ waiting }} interviews wait for you"),
        (
            _HELLO,
            _l("Interviews that wait for your review: {{ waiting }}."),
            _l("{% if overdue %}Candidates who should have had an answer by now: {{ overdue }}.{% endif %}"),
            _l("[Open the list]({{ link }})"),
        ),
        ("waiting", "overdue", "link"),
        optional=True,
    ),
    Kind(
        "mention",
        _l("Mentioned in a comment"),
        _l("When a colleague names somebody in a comment."),
        _l("{{ by }} mentioned you: {{ candidate }}"),
        (
            _HELLO,
            _l("{{ by }} mentioned you in a comment on the interview of {{ candidate }} for {{ position }}."),
            _l("[Open the interview]({{ link }})"),
        ),
        (*_STAFF, "by", "link"),
        optional=True,
    ),
    Kind(
        "export_finished",
        _l("Export finished"),
        _l("When an export that somebody asked for can be fetched."),
        _l("Your export is ready"),
        (_HELLO, _l("Your export is ready: {{ file }}."), _l("[Fetch it]({{ link }})"), _BYE),
        ("file", "link"),
    ),
    Kind(
        "erasure_finished",
        _l("Data erased"),
        _l("When everything held about somebody has been erased."),
        _l("Your data has been erased"),
        (
            _HELLO,
            _l("What {{ organisation }} held about you in Viva was erased on {{ moment }}, as you asked."),
            _l("This message is the last one; the address that it went to is erased with it."),
            _BYE,
        ),
        ("moment",),
        fleeting=True,
    ),
    Kind(
        "practice_link",
        _l("Private practice"),
        _l("When somebody asks for a link to practise. Nobody here sees it or to whom it goes."),
        _l("Your link to practise"),
        (
            _l("Hello,"),
            _l("This address was entered to practise an interview in private, with questions of {{ organisation }}."),
            _l("[Practise]({{ link }})"),
            _l("The link works once, within 24 hours. Nobody who hires learns that you practise."),
            _l("If that was not you, do nothing: the address is not kept."),
            _BYE,
        ),
        ("link",),
        secret=True,
        private=True,
        fleeting=True,
    ),
    Kind(
        "choose_time",
        _l("Choose a time"),
        _l("When a candidate is asked to choose a time for a live interview."),
        _l("Choose a time for your conversation about {{ position }}"),
        (
            _HELLO,
            _l("We would like to talk with you about {{ position }}. Choose a time that suits you:"),
            _l("[Choose a time]({{ link }})"),
            _QUESTIONS,
            _BYE,
        ),
        (*_INVITED, "link", "status_link"),
        secret=True,
    ),
    Kind(
        "live_booked",
        _l("Live interview: time fixed"),
        _l("When a time for a live interview is chosen or moved; with a calendar file."),
        _l("Your conversation about {{ position }}: {{ starts }}"),
        (
            _HELLO,
            _l("Your conversation about {{ position }} with {{ host }} is on {{ starts }}, for {{ length }} minutes."),
            _l("[Join the conversation]({{ link }})"),
            _l("The file with this message puts it into your calendar. To move or cancel it: {{ status_link }}"),
            _BYE,
        ),
        (*_INVITED, "starts", "length", "host", "link", "status_link"),
        secret=True,
    ),
    Kind(
        "live_reminder",
        _l("Live interview: reminder"),
        _l("A day and an hour before a live interview."),
        _l("{{ starts }}: your conversation about {{ position }}"),
        (
            _HELLO,
            _l("Your conversation about {{ position }} with {{ host }} is on {{ starts }}."),
            _l("[Join the conversation]({{ link }})"),
            _l("To move or cancel it: {{ status_link }}"),
            _BYE,
        ),
        (*_INVITED, "starts", "length", "host", "link", "status_link"),
        secret=True,
    ),
    Kind(
        "live_cancelled",
        _l("Live interview: cancelled"),
        _l("When a live interview is cancelled; with a calendar file."),
        _l("Cancelled: your conversation about {{ position }}"),
        (
            _HELLO,
            _l("Your conversation about {{ position }} on {{ starts }} is cancelled."),
            _l("See what happens next here: {{ status_link }}"),
            _QUESTIONS,
            _BYE,
        ),
        (*_INVITED, "starts", "length", "host", "status_link"),
    ),
    Kind(
        "host_booked",
        _l("Live interview: time fixed, to the host"),
        _l("When a candidate chooses or moves a time; with a calendar file."),
        _l("{{ candidate }}: {{ starts }}"),
        (
            _HELLO,
            _l("{{ candidate }} chose {{ starts }} for the conversation about {{ position }}, {{ length }} minutes."),
            _l("[Open the room]({{ link }})"),
        ),
        (*_STAFF, "starts", "length", "host", "link"),
    ),
    Kind(
        "host_cancelled",
        _l("Live interview: cancelled, to the host"),
        _l("When a live interview is cancelled; with a calendar file."),
        _l("Cancelled: {{ candidate }}, {{ starts }}"),
        (_HELLO, _l("The conversation with {{ candidate }} about {{ position }} on {{ starts }} is cancelled.")),
        (*_STAFF, "starts", "length", "host"),
    ),
    Kind(
        "confirm_address",
        _l("Confirm an address"),
        _l("When somebody asks for an interview by an open link."),
        _l("Confirm your email address"),
        (
            _l("Hello,"),
            _l("This address was entered to take part in an interview for {{ position }} in {{ place }}."),
            _l("[Confirm and begin]({{ link }})"),
            _l("If that was not you, do nothing: without this link nothing happens, and the address is deleted."),
            _BYE,
        ),
        ("position", "place", "link"),
        secret=True,
    ),
    Kind(
        "undelivered",
        _l("A message could not be delivered"),
        _l("Inside Viva, to whoever invited, when a message to a candidate fails."),
        _l("{{ message }} to {{ candidate }} was not delivered"),
        (
            _HELLO,
            _l("The message “{{ message }}” to {{ candidate }} was not delivered: {{ reason }}"),
            _l("[Open the invitation]({{ link }})"),
        ),
        ("candidate", "message", "reason", "link"),
    ),
    Kind(
        "webhook_failed",
        _l("A webhook was given up"),
        _l("Inside Viva, to admins, when a receiver has not taken a message for two days."),
        _l("The webhook {{ file }} does not take messages"),
        (_HELLO, _l("Messages to {{ file }} were given up: {{ reason }}"), _l("[Open the webhook]({{ link }})")),
        ("file", "reason", "link"),
    ),
    Kind(
        "test",
        _l("Test"),
        _l("When an admin tests the mail server."),
        _l("Viva can send mail"),
        (_HELLO, _l("This message shows that Viva at {{ link }} can send mail."), _BYE),
        ("link",),
    ),
)

KINDS: dict[str, Kind] = {kind.key: kind for kind in _KINDS}
#: Those that are nobody's but their recipient's, and those that go once they are out.
PRIVATE = frozenset(kind.key for kind in KINDS.values() if kind.private)
FLEETING = frozenset(kind.key for kind in KINDS.values() if kind.fleeting)
