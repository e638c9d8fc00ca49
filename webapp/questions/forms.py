"""Forms of this feature."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from webapp.accounts.forms import one_line, strip
from webapp.questions.models import QuestionKind

KINDS = [
    SelectChoice(QuestionKind.VIDEO.value, "Video: camera and microphone"),
    SelectChoice(QuestionKind.AUDIO.value, "Audio: microphone alone"),
    SelectChoice(QuestionKind.TEXT.value, "Text: in writing"),
]


class SetForm(FlaskForm):
    title = StringField("Title", [DataRequired("Give it a title."), Length(max=160), one_line], filters=[strip])
    introduction = TextAreaField("Introduction", [Optional(), Length(max=5000)], filters=[strip])


class QuestionForm(FlaskForm):
    kind = RadioField("How it is answered", [InputRequired("Choose how it is answered.")], choices=KINDS)
    prompt = TextAreaField("Question", [DataRequired("Write the question."), Length(max=2000)], filters=[strip])
    think_seconds = IntegerField(
        "Time to think, in seconds",
        [InputRequired("Enter a number of seconds; 0 for none."), NumberRange(0, 600, "Between 0 and 600 seconds.")],
        default=30,
    )
    limit_seconds = IntegerField(
        "Time to answer, in seconds",
        [InputRequired("Enter a number of seconds."), NumberRange(10, 3600, "Between 10 and 3600 seconds.")],
        default=120,
    )
    takes_allowed = IntegerField(
        "Takes allowed",
        [InputRequired("Enter how often it may be recorded."), NumberRange(1, 20, "Between 1 and 20.")],
        default=3,
    )
    rubric = TextAreaField("Rubric", [Optional(), Length(max=5000)], filters=[strip])
