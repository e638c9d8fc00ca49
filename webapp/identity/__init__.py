"""Signing in with an account somewhere else (OpenID Connect, SAML), and accounts that a directory keeps (SCIM)."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this feature's views."""
    from webapp.identity import personal
    from webapp.identity.views import scim, scim_groups, settings, sso

    for each in (settings.blueprint, sso.blueprint, scim.blueprint):
        app.register_blueprint(each)
