"""Guest reviewers: links that are bound to an address, expire, and hide what the guest is not to see."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from webapp.sharing.models import ShareAct

ACTS = {
    ShareAct.BOUND: _l("gave the code"),
    ShareAct.WRONG_CODE: _l("gave a wrong code"),
    ShareAct.OPENED: _l("opened the page"),
    ShareAct.PLAYED: _l("played an answer"),
    ShareAct.SCORED: _l("submitted a scorecard"),
}


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.sharing import personal  # says what is held
    from webapp.sharing.views.shares import blueprint

    app.register_blueprint(blueprint)
    app.jinja_env.filters["share_act"] = lambda act: str(ACTS[act])
