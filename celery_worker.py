"""The worker's entry point: ``celery -A celery_worker worker``."""

from webapp import create_app

flask_app = create_app()
app = flask_app.extensions["celery"]
