"""Forms of this feature."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from webapp.accounts.forms import one_line, strip
from webapp.questions.models import QuestionKind, SetState

KIND_NAMES = {QuestionKind.VIDEO: _l("Video"), QuestionKind.AUDIO: _l("Audio"), QuestionKind.TEXT: _l("Text")}
STATE_NAMES = {SetState.DRAFT: _l("draft"), SetState.PUBLISHED: _l("published"), SetState.ARCHIVED: _l("archived")}
KINDS = [
    SelectChoice(QuestionKind.VIDEO.value, _l("Video: camera and microphone")),
    SelectChoice(QuestionKind.AUDIO.value, _l("Audio: microphone only")),
    SelectChoice(QuestionKind.TEXT.value, _l("Text: in writing")),
]


class SetForm(FlaskForm):
    title = StringField(_l("Title"), [DataRequired(_l("Enter a title.")), Length(max=160), one_line], filters=[strip])
    introduction = TextAreaField(_l("Introduction"), [Optional(), Length(max=5000)], filters=[strip])


class QuestionForm(FlaskForm):
    kind = RadioField(_l("Answer format"), [InputRequired(_l("Choose an answer format."))], choices=KINDS)
    prompt = TextAreaField(_l("Question"), [DataRequired(_l("Enter the question.")), Length(max=2000)], filters=[strip])
    think_seconds = IntegerField(
        _l("Time to think, in seconds"),
        [
            InputRequired(_l("Enter a number of seconds; 0 for none.")),
            NumberRange(0, 600, _l("Between 0 and 600 seconds.")),
        ],
        default=30,
    )
    limit_seconds = IntegerField(
        _l("Time to answer, in seconds"),
        [InputRequired(_l("Enter a number of seconds.")), NumberRange(10, 3600, _l("Between 10 and 3600 seconds."))],
        default=120,
    )
    takes_allowed = IntegerField(
        _l("Takes allowed"),
        [InputRequired(_l("Enter how many times it may be recorded.")), NumberRange(1, 20, _l("Between 1 and 20."))],
        default=3,
    )
    rubric = TextAreaField(_l("Scoring guide"), [Optional(), Length(max=5000)], filters=[strip])


class LibraryForm(QuestionForm):
    title = StringField(_l("Title"), [DataRequired(_l("Enter a title.")), Length(max=160), one_line], filters=[strip])
    prompt = TextAreaField(_l("Question"), [Optional(), Length(max=2000)], filters=[strip])
    tags = StringField(_l("Tags"), [Optional(), Length(max=400)], filters=[strip])
    is_template = BooleanField(_l("A scoring guide alone, to begin questions from"))
