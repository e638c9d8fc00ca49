"""Which language a page is in, and its messages.

Messages are English and marked where they stand; ``./viva translations`` gathers them in ``webapp/translations``
(``webapp/core/catalogues.py``). A language is a folder there with ``LC_MESSAGES/messages.po``
(``webapp/core/compiled.py`` reads it). The pseudo-locale ``en_XA`` is made from the English messages: what is
neither accented nor in brackets on its pages was not marked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.support import Translations
from flask import Flask, current_app, g, has_request_context, request, session
from flask_babel import Babel, Domain, force_locale, refresh
from flask_babel import get_locale as formats_locale
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import LanguageAccept
from werkzeug.wrappers import Response

from webapp.core.compiled import FOLDER, compiled
from webapp.core.pseudo import PseudoTranslations

ENGLISH = "en"
PSEUDO = "en_XA"
#: Dates and numbers of the English pages: day before month, 24 hours.
_FORMATS = {ENGLISH: "en_GB", PSEUDO: "en_GB"}
#: What each language calls itself.
NAMES = {
    ENGLISH: "English",
    "fr": "Français",
    "de": "Deutsch",
    "es": "Español",
    "ar": "العربية",
    "pl": "Polski",
    PSEUDO: "⟦Éñğlíšh⟧",
}
#: Where a choice is kept in the session.
KEPT = "language"
#: Says a language that somebody chose, or one to fall back on; None or empty where it knows none.
Says = Callable[[], str | None]


#: The language of what is being written for somebody else; empty: the page's.
_written_in: ContextVar[str] = ContextVar("viva_written_in", default="")


class _Domain(Domain):
    """The messages of the page's language; ``webapp/translations`` holds them as text."""

    def get_translations(self) -> Translations:
        return messages_of(language())


class _Babel(Babel):
    domain_instance = _Domain()


def init_app(app: Flask) -> None:
    """Bind Flask-Babel, and give templates what they need to say their language."""
    _Babel().init_app(app, default_locale=_FORMATS[ENGLISH], locale_selector=_formats)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(
        language_tag=language_tag,
        direction=direction,
        catalogue=catalogue,
        page_language=language,
        page_languages=languages,
        language_names=NAMES,
    )
    app.extensions["viva_languages"] = {"kept": [], "fallback": []}
    app.after_request(_say_it_varies)
    app.jinja_env.filters.update(translated=translate_stored)


def languages() -> list[str]:
    """The languages that pages can be in, English first; the pseudo-locale only where the settings ask for it."""
    others = sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))
    pseudo = [PSEUDO] if current_app.config.get("PSEUDO_LOCALE") else []
    return [ENGLISH, *others, *pseudo]


def language() -> str:
    """The language of this request: one that was chosen, else the browser's, else the organisation's, else English.

    A choice is kept with the account, in the session, or with the invitation (``keep_by``). Outside of a request (in a
    task) it is English, unless ``writing_in`` says another.
    """
    if chosen := _written_in.get():
        return chosen
    if not has_request_context():
        return ENGLISH
    if "viva_language" not in g:
        offered = languages()
        # While it is found out who asks, there may be something to say already.
        g.viva_language = accepted(offered, request.accept_languages) or ENGLISH
        try:
            g.viva_language = _choose(offered)
        except SQLAlchemyError:  # the page that says so is in the browser's language
            current_app.logger.warning("Whose language this is could not be asked", exc_info=True)
    return str(g.viva_language)


def chosen_here(name: str) -> None:
    """Have this browser's pages be in a language from now on."""
    session[KEPT] = name
    forget()


def forget() -> None:
    """Have the language of this request be found anew: somebody has chosen, or is known by now."""
    g.pop("viva_language", None)
    refresh()


def keep_by(app: Flask, says: Says) -> None:
    """Let a feature say the language that somebody chose who has no account and no session yet."""
    app.extensions["viva_languages"]["kept"].append(says)


def fall_back_on(app: Flask, says: Says) -> None:
    """Let a feature say the language for whom the browser names none of ours; the one that said so last is asked
    first."""
    app.extensions["viva_languages"]["fallback"].insert(0, says)


@contextmanager
def writing_in(name: str) -> Iterator[None]:
    """Have texts, dates and numbers be in a language, whatever the request says: for what somebody else reads later.

    English where ``name`` is no language that is offered.
    """
    chosen = name if name in languages() else ENGLISH
    token = _written_in.set(chosen)
    try:
        with force_locale(_FORMATS.get(chosen, chosen)):
            yield
    finally:
        _written_in.reset(token)


def _choose(offered: list[str]) -> str:
    said = current_app.extensions["viva_languages"]
    for kept in (_of_account, lambda: session.get(KEPT), *said["kept"]):
        if (name := kept()) in offered:
            return str(name)
    if name := accepted(offered, request.accept_languages):
        return name
    return next((str(name) for says in said["fallback"] if (name := says()) in offered), ENGLISH)


def _of_account() -> str | None:
    return current_user.language if current_user.is_authenticated else None


def accepted(offered: list[str], wanted: LanguageAccept) -> str | None:
    """The first of the languages that a browser asks for which is offered; ``de-CH`` is content with ``de``."""
    tags = {name.replace("_", "-").lower(): name for name in offered}
    for tag, quality in wanted:
        if quality > 0 and (found := tags.get(tag.lower()) or tags.get(tag.lower().partition("-")[0])):
            return found
    return None


def _say_it_varies(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.add("Accept-Language")
    return response


def _formats() -> str:
    """The locale of dates and numbers."""
    return _FORMATS.get(language(), language())


def language_tag() -> str:
    """The page's language as BCP 47 has it, for ``lang``."""
    return language().replace("_", "-")


def direction() -> str:
    """``ltr`` or ``rtl``, for ``dir``."""
    return (formats_locale() or Locale(ENGLISH)).text_direction


@lru_cache(maxsize=32)
def messages_of(name: str) -> Translations:
    """The messages of a language; English, whose messages are their own translation, has none."""
    if name == PSEUDO:
        return PseudoTranslations()
    return Translations() if name == ENGLISH else compiled(name)


def catalogue() -> str:
    """What JavaScript needs to speak the page's language, as JSON that may stand in a ``<script>``."""
    return _catalogue_of(language())


@lru_cache(maxsize=32)
def _catalogue_of(name: str) -> str:
    translations = messages_of(name)
    messages: dict[str, str | list[str]] = {}
    if name != ENGLISH:
        for entry in json.loads((FOLDER / "javascript.json").read_text("utf-8")):
            message, plural, context = entry["message"], entry.get("plural"), entry.get("context")
            key = f"{context}\u0004{message}" if context else message
            if plural:
                messages[key] = _forms(translations, message, plural)
            elif context:
                messages[key] = translations.upgettext(context, message)
            else:
                messages[key] = translations.ugettext(message)
    text = json.dumps({"locale": name.replace("_", "-"), "messages": messages}, ensure_ascii=False)
    return text.replace("<", "\\u003c")


def _forms(translations: Translations, one: str, other: str) -> list[str]:
    """Every plural form of a message, in the catalogue's order; the two of English where it has none."""
    if isinstance(translations, PseudoTranslations):
        return [translations.ungettext(one, other, 1), translations.ungettext(one, other, 2)]
    found: dict[Any, str] = getattr(translations, "_catalog", {})
    forms = [found[one, number] for number in range(6) if found.get((one, number))]
    return forms or [one, other]


def translate_stored(text: str | None) -> str:
    """A text that a worker or a model stored in English, in the page's language.

    Such a text is a message itself, or one with numbers put in: then the message is found by its shape. What was
    never a message (an earlier text) is returned as it is.
    """
    text = str(text or "")  # a rule of today says why by a text that is translated already
    if not text or language() == ENGLISH:
        return text
    translations = messages_of(language())
    templates = _templates()
    if text in templates:
        return translations.ugettext(text)
    for pattern, message in templates.values():
        if pattern and (found := pattern.fullmatch(text)):
            return translations.ugettext(message) % found.groupdict()
    return text


@lru_cache(maxsize=1)
def _templates() -> dict[str, tuple[re.Pattern[str] | None, str]]:
    """Each stored message with a pattern of what it looks like filled in; the most particular first."""
    listed = json.loads((FOLDER / "stored.json").read_text("utf-8"))
    ordered = sorted(listed, key=lambda message: -len(re.sub(r"%\(\w+\)s", "", message)))
    return {message: (_pattern(message), message) for message in ordered}


def _pattern(message: str) -> re.Pattern[str] | None:
    if "%(" not in message:
        return None
    seen: set[str] = set()
    parts = []
    for part in re.split(r"(%\(\w+\)s)", message):
        if not part.startswith("%("):
            parts.append(re.escape(part.replace("%%", "%")))
        elif part[2:-2] in seen:
            parts.append(f"(?P={part[2:-2]})")
        else:
            seen.add(part[2:-2])
            parts.append(f"(?P<{part[2:-2]}>.+?)")
    return re.compile("".join(parts), re.DOTALL)
