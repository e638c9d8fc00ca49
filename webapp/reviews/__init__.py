"""What people say of an interview: scorecards against the rubric, verdicts on what the models found, decisions."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views, and what the report's templates ask of it."""
    import sqlalchemy as sa

    from webapp.interviews.models import Interview
    from webapp.interviews.status import decided_when
    from webapp.reviews import formatting, models
    from webapp.reviews.views.scorecard import blueprint

    app.register_blueprint(blueprint)
    decided_when(sa.exists().where(models.Decision.interview_id == Interview.id))
    formatting.init_app(app)
