"""An interview as a document: HTML for the browser's own print, and a tagged PDF made of it by WeasyPrint."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app, render_template

from webapp.core.database import now
from webapp.core.pages import built_file
from webapp.exports import pictures, scripts, tags
from webapp.exports.redaction import Redaction
from webapp.reports.export import NOTICE
from webapp.reports.view import ReportView
from webapp.reviews.access import Review
from webapp.transcripts import store
from webapp.workspace.analyses import analyses_of

#: What has to be installed on Debian for PDFs.
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
VARIANT = "pdf/ua-1"


class PdfUnavailable(RuntimeError):
    """This server cannot make PDFs: the libraries that lay out text are not installed."""


def html_of(report: ReportView, review: Review | None, redaction: Redaction, *, by: str, screen: bool) -> str:
    """The document as a page of its own. ``by`` is who takes it; ``screen``: for a browser, with a button to print.

    The policy and the blind rule were asked by whoever made ``report`` and ``review``.
    """
    return render_template(
        "exports/document.html",
        report=report,
        interview=report.interview,
        review=review,
        redaction=redaction,
        transcript_of=store.visible,
        notice=NOTICE,
        made_at=now(),
        by=by,
        screen=screen,
        bar=pictures.bar,
        picture_of=pictures.timeline,
        in_words=pictures.in_words,
        analyses_of=analyses_of,
        direction_of=scripts.direction_of,
        language_of=scripts.language_of,
    )


@lru_cache(maxsize=1)
def _weasyprint() -> Any:
    try:
        import weasyprint
        import weasyprint.text.fonts
    except (OSError, ImportError) as failure:  # Pango and its companions are no Python packages
        current_app.logger.warning("PDFs cannot be made: %s", failure)
        raise PdfUnavailable(PACKAGES) from failure
    return weasyprint


def pdf_of(html: str) -> bytes:
    """The document as PDF/UA-1. Raises PdfUnavailable where Pango is not installed. Fetches nothing from anywhere."""
    weasyprint = _weasyprint()
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it warns of every range of weights of our fonts
    style, fonts = built_file("document.css"), weasyprint.text.fonts.FontConfiguration()
    only = _only(style.parent)
    return bytes(
        weasyprint.HTML(string=html, base_url=style.parent.as_uri() + "/", url_fetcher=only).write_pdf(
            stylesheets=[weasyprint.CSS(filename=str(style), url_fetcher=only, font_config=fonts)],
            font_config=fonts,
            pdf_variant=VARIANT,
            finisher=tags.finish,
        )
    )


def _only(folder: Path) -> Any:
    """A fetcher for pictures that a document holds itself and for fonts in ``folder``; nothing else is read."""
    own = (f"{folder.as_uri()}/", "data:")

    fetcher: Any = _weasyprint().urls.URLFetcher

    class Fetcher(fetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith(own) or (".." in url and not url.startswith("data:")):
                raise ValueError(f"A document refers to {url[:80]}, which is not part of it.")
            return super().fetch(url, headers)

    return Fetcher(allowed_protocols={"file", "data"}, allow_redirects=False, fail_on_errors=True)
