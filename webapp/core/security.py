"""What every response says to the browser about trust, and who may see a view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, abort, request
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.core import hosts, proxies, security_log
from webapp.core.extensions import login_manager

#: Everything comes from us. Plotly sets inline styles on the nodes that it draws, hence ``style-src-attr``.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "frame-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

#: A worker lives under the policy of its own script. The blur of backgrounds compiles WebAssembly, and no page may.
WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()",
}


def init_app(app: Flask) -> None:
    """Add the headers to every response and believe the configured number of proxies."""
    hosts.init_app(app)
    security_log.init_app(app)
    if number := app.config["PROXIES"]:
        proxied = ProxyFix(app.wsgi_app, x_for=number, x_proto=number, x_host=number)
        vars(app)["wsgi_app"] = proxied  # in place of the method, as Flask has it

    @app.before_request
    def notice_proxy() -> None:
        if not app.config["PROXIES"] and proxies.is_forwarded(request.headers, request.remote_addr):
            proxies.note(app)

    @app.after_request
    def add_headers(response: Response) -> Response:
        if request.endpoint == "static" and "_worker-" in request.path:
            response.headers["Content-Security-Policy"] = WORKER_POLICY
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if app.config["SESSION_COOKIE_SECURE"]:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if response.mimetype in {"text/html", "application/json"}:
            # Pages about people stay out of shared and back-button caches.
            response.headers.setdefault("Cache-Control", "no-store")
        elif (response.mimetype or "").startswith(("video/", "audio/")):
            response.headers["Cache-Control"] = "private, no-store"
        return response


def require_role(*roles: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let only signed-in people with one of ``roles`` through; others get the sign-in page or a 403.

    The role is the first check and never the only one: each view still asks whether this person may see this object.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return login_manager.unauthorized()
            if current_user.role not in roles:
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate
