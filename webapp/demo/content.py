"""What the demonstration says: its people, questions, positions and answers. All of it is made up."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.accounts.models import Role
from webapp.questions.models import QuestionKind

PEOPLE = (
    (Role.ADMIN, "Ada Lindqvist", "admin@viva.example"),
    (Role.RECRUITER, "Rosa Moreau", "recruiter@viva.example"),
    (Role.CANDIDATE, "Camille Roy", "candidate@viva.example"),
)

POSITIONS = {
    "montreal": ("Support engineer", "Montréal", "CA"),
    "lyon": ("Support engineer", "Lyon", "FR"),
}
#: The part of the country that each is in.
REGIONS = {"montreal": "CA-QC", "lyon": "FR-ARA"}


@dataclass(frozen=True)
class DemoQuestion:
    """A question of the demonstration, with the answer that its candidates give."""

    kind: QuestionKind
    prompt: str
    #: The points of evidence, one a line.
    rubric: str
    #: What it is scored for ("" for the answer as a whole) and its levels, from 1 to 5; without them those of every
    #: question (webapp/reviews/formatting.py).
    competency: str = ""
    levels: tuple[str, ...] = ()
    think_seconds: int = 20
    limit_seconds: int = 90
    takes_allowed: int = 3


SET_TITLE = "First conversation"
SET_INTRODUCTION = (
    "Take the time that you need to think; you may record an answer again if you "
    "are not happy with it. There are no trick questions."
)
QUESTIONS = (
    DemoQuestion(
        QuestionKind.VIDEO,
        "Tell us about a problem that you solved and are proud of.",
        "Names a concrete problem and why it mattered.\n"
        "Says what they did themselves.\n"
        "Explains how they found the cause.\n"
        "Says which alternatives they weighed.\n"
        "Says what came of it for others.",
        competency="Problem solving",
        levels=(
            "No problem, or somebody else's",
            "A problem, and hardly what they did about it",
            "What they did, without how they found the cause",
            "How they found the cause and what they did",
            "The cause, what they weighed, and what came of it",
        ),
    ),
    DemoQuestion(
        QuestionKind.VIDEO,
        "Tell us about a disagreement at work. How did it end?",
        "Describes one concrete disagreement.\n"
        "Gives the other person's view as well as their own.\n"
        "Says what they asked or tried.\n"
        "Says what they changed in their own view.\n"
        "Says how the two worked together afterwards.",
        competency="Collaboration",
    ),
    DemoQuestion(
        QuestionKind.TEXT,
        "How would you spend your first month with us? Write as you would to a colleague.",
        "Starts with listening.\n"
        "Names what they would learn, and from whom.\n"
        "Gives a plausible order of steps.\n"
        "Says how they would notice that it went wrong.",
        competency="Planning",
        think_seconds=0,
        limit_seconds=1200,
        takes_allowed=1,
    ),
)

DRAFT_TITLE = "Team lead, second conversation"
DRAFT_INTRODUCTION = "A draft: only admins see it. Publish it to invite people with it."
DRAFT_QUESTIONS = (
    DemoQuestion(
        QuestionKind.VIDEO,
        "Tell us about somebody whom you helped to grow.",
        "Tells of one concrete person.\n"
        "Says what that person needed, in that person's words.\n"
        "Says what they did for that person.\n"
        "Says what the person does now.",
    ),
    DemoQuestion(
        QuestionKind.AUDIO,
        "A customer calls, and everything is on fire. What do you say first?",
        "Lets the customer finish, and says back what they heard.\n"
        "Names the next step.\n"
        "Says when they will call back.\n"
        "Neither defends nor blames.",
        limit_seconds=60,
    ),
)


@dataclass(frozen=True)
class DemoInterview:
    """An invitation. ``answers``: keys of ml.media.synthetic.ANSWERS for the video questions; none if still open."""

    name: str
    email: str
    position: str
    answers: tuple[str, ...] = ()
    voice: str = "en-us+f3"


OPEN = DemoInterview("Sam Okafor", "sam@viva.example", "montreal")
ANSWERED = (
    DemoInterview("Noor Haddad", "noor@viva.example", "montreal", ("project", "conflict")),
    DemoInterview("Jules Perrin", "jules@viva.example", "lyon", ("conflict", "why"), voice="en-us+f4"),
)
#: How long the demonstration's invitations stay open.
DAYS = 30
