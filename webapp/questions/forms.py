"""Forms of this feature."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, FloatField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from webapp.accounts.forms import one_line, strip
from webapp.questions import follow_ups
from webapp.questions.models import Beforehand, QuestionKind, SetState

KIND_NAMES = {
    QuestionKind.VIDEO: _l("Video"),
    QuestionKind.AUDIO: _l("Audio"),
    QuestionKind.TEXT: _l("Text"),
    QuestionKind.CODE: _l("Code"),
    QuestionKind.SINGLE: _l("One choice"),
    QuestionKind.MULTIPLE: _l("Several choices"),
    QuestionKind.NUMBER: _l("Number"),
    QuestionKind.DATE: _l("Date"),
    QuestionKind.FILE: _l("File"),
}
STATE_NAMES = {SetState.DRAFT: _l("draft"), SetState.PUBLISHED: _l("published"), SetState.ARCHIVED: _l("archived")}
KINDS = [
    SelectChoice(QuestionKind.VIDEO.value, _l("Video: camera and microphone")),
    SelectChoice(QuestionKind.AUDIO.value, _l("Audio: microphone only")),
    SelectChoice(QuestionKind.TEXT.value, _l("Text: in writing")),
]
MORE_KINDS = [
    SelectChoice(QuestionKind.CODE.value, _l("Code: in an editor, not run")),
    SelectChoice(QuestionKind.SINGLE.value, _l("One choice from a list")),
    SelectChoice(QuestionKind.MULTIPLE.value, _l("Several choices from a list")),
    SelectChoice(QuestionKind.NUMBER.value, _l("A number")),
    SelectChoice(QuestionKind.DATE.value, _l("A date")),
    SelectChoice(QuestionKind.FILE.value, _l("A file: PDF, Word or a picture")),
]
LANGUAGES = {
    "": _l("Any"), "python": "Python", "javascript": "JavaScript", "java": "Java", "cpp": "C++", "sql": "SQL",
}  # fmt: skip


class SetForm(FlaskForm):
    title = StringField(_l("Title"), [DataRequired(_l("Enter a title.")), Length(max=160), one_line], filters=[strip])
    introduction = TextAreaField(_l("Introduction"), [Optional(), Length(max=5000)], filters=[strip])
    beforehand = RadioField(
        _l("Before they begin, candidates read"),
        choices=[
            SelectChoice(Beforehand.NOTHING.value, _l("how many questions there are")),
            SelectChoice(Beforehand.THEMES.value, _l("what each question is about")),
            SelectChoice(Beforehand.QUESTIONS.value, _l("the questions themselves")),
        ],
        default=Beforehand.NOTHING.value,
    )
    existing_files = BooleanField(_l("Candidates may choose a video or sound file that they have already"))


class QuestionForm(FlaskForm):
    kind = RadioField(
        _l("Answer format"), [InputRequired(_l("Choose an answer format."))], choices=[*KINDS, *MORE_KINDS]
    )
    theme = StringField(_l("Theme"), [Optional(), Length(max=120), one_line], filters=[strip])
    choices = TextAreaField(_l("Choices"), [Optional(), Length(max=5000)])
    wanted = TextAreaField(_l("Wanted"), [Optional(), Length(max=5000)])
    least = FloatField(_l("At least"), [Optional()])
    unit = StringField(_l("Unit"), [Optional(), Length(max=40), one_line], filters=[strip])
    language = SelectField(
        _l("Language of the code"),
        choices=[SelectChoice(*pair) for pair in LANGUAGES.items()],
        coerce=lambda value: value if value in LANGUAGES else "",
        validate_choice=False,
    )
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
    follow_ups = TextAreaField(_l("Follow-up questions"), [Optional(), Length(max=5000)], filters=[strip])

    def validate_follow_ups(self, field: TextAreaField) -> None:
        """Say which line is no follow-up."""
        try:
            follow_ups.read(field.data or "")
        except follow_ups.FollowUpError as fault:
            raise ValidationError(str(fault)) from None


class LibraryForm(QuestionForm):
    title = StringField(_l("Title"), [DataRequired(_l("Enter a title.")), Length(max=160), one_line], filters=[strip])
    prompt = TextAreaField(_l("Question"), [Optional(), Length(max=2000)], filters=[strip])
    tags = StringField(_l("Tags"), [Optional(), Length(max=400)], filters=[strip])
    is_template = BooleanField(_l("A scoring guide alone, to begin questions from"))
