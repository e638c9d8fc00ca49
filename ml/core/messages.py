"""Marks the English texts of ``ml`` that people read on pages, so that they can be translated there.

A reading stores its texts in English with the numbers put in. The pages find the message by its shape and show it in
their own language (``webapp/core/translation.py``); the command line shows it as it is.
"""

from __future__ import annotations


def N_(message: str) -> str:  # the name that gettext's tools know for "mark, do not translate yet"
    """``message`` itself: ``./viva translations`` gathers what stands in the parentheses."""
    return message
