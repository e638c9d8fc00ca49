"""A person's name and address as people type, paste and export them: one rule for the form and for the file."""

from __future__ import annotations

import re
import unicodedata
from email.utils import getaddresses

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _

LONGEST_NAME = 120
#: Marks without width that belong to the spelling of a name: the joiners of Persian, Hindi and others.
_JOINERS = "\u200c\u200d"


class FieldError(ValueError):
    """A name or an address cannot be used; the message says why, as a sentence for a person."""


def clean_name(text: str) -> str:
    """``text`` as a name in one line, without direction marks and invisible characters, its joiners kept.

    Raises FieldError where nothing is left, it is too long, or it holds control characters."""
    text = unicodedata.normalize("NFC", _visible(text, _JOINERS)).strip(_JOINERS)
    text = " ".join(text.split())
    if not text:
        raise FieldError(_("The name is missing."))
    if len(text) > LONGEST_NAME:
        raise FieldError(_("The name is longer than 120 characters."))
    if not all(character.isprintable() or character in _JOINERS for character in text):
        raise FieldError(_("The name contains characters that cannot be displayed."))
    return text


def clean_email(text: str) -> str:
    """``text`` as an address, without invisible characters, a name around it, or ``mailto:``.

    Raises FieldError that says what is wrong."""
    return split_address(text)[1]


def split_address(text: str) -> tuple[str, str]:
    """(name or "", address) of ``Kim Test <kim@example.org>`` or of an address alone. Raises FieldError."""
    text = "".join(_visible(text).split("\xad")).strip()
    name, address = "", text
    if found := re.fullmatch(r"(.*?)<([^<>]*)>\s*[;,]?", text, re.DOTALL):
        name, address = found[1].strip().strip("\"'").strip(), found[2]
    address = re.sub(r"\s+", "", address) if address.strip().count("@") == 1 and found else address.strip()
    address = re.sub(r"^mailto:", "", address, flags=re.IGNORECASE).rstrip(";,")
    if not address:
        raise FieldError(_("The email address is missing."))
    if address.count("@") > 1 and len(getaddresses([address.replace(";", ",")])) > 1:
        raise FieldError(_("There is more than one email address. Keep one."))
    try:
        return name, _valid(address)
    except EmailNotValidError as failure:
        raise FieldError(_("This is not an email address. %(cause)s", cause=_sentence(str(failure)))) from None


def _valid(address: str) -> str:
    """The address, normalised. Raises EmailNotValidError.

    The validator refuses ``.local`` (RFC 6762) with the names that mail never reaches; companies' own servers use it
    inside their networks, so there it judges the rest of the address."""
    if address.casefold().endswith(".local"):
        return validate_email(f"{address[:-6]}.org", check_deliverability=False).normalized[:-4] + ".local"
    return validate_email(address, check_deliverability=False).normalized


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _visible(text: str, kept: str = "") -> str:
    """``text`` without characters that show nothing (categories Cf and the like), spaces of any width as spaces."""
    return "".join(
        " " if unicodedata.category(c) == "Zs" else c for c in text if unicodedata.category(c) != "Cf" or c in kept
    )
