"""What a screen reader needs of a PDF and WeasyPrint leaves out; said once the document is laid out and tagged."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

#: A word joiner: no letter and no space, for glyphs that are a part of a letter. None may have no meaning.
_NOTHING = b"<2060>"


def finish(document: Any, pdf: Any) -> None:
    """Say of each head of a table whether it heads its row or its column, what text from right to left says in the
    order in which it is read, and that parts of letters say nothing. For WeasyPrint's ``finisher``."""
    for element in pdf.objects:
        lines = getattr(element, "stream", None)
        if isinstance(lines, list) and b"begincmap" in lines:
            lines[:] = [line[:-2] + _NOTHING if line.endswith(b"> <>") else line for line in lines]
        if _kind(element) == "/TH":
            row = _parent(pdf, element)
            element["A"]["Scope"] = "/Column" if _kind(_parent(pdf, row)) == "/THead" else "/Row"
    _say_what_runs_left(document, pdf)


def _kind(element: Any) -> str:
    return str(element.get("S", "")) if isinstance(element, dict) else ""


def _parent(pdf: Any, element: Any) -> Any:
    return pdf.objects[int(element["P"].split()[0])]


def _say_what_runs_left(document: Any, pdf: Any) -> None:
    """A page holds glyphs as they are drawn, from the left. Elements of text were made in the order of the boxes, so
    that the two can be paired; where their numbers differ nothing is said, rather than something wrong."""
    from pydyf import String

    elements = [
        element
        for element in pdf.objects
        if _kind(element) not in ("", "/Figure", "/Link")
        and len(element.get("K", ())) == 1
        and isinstance(element["K"][0], int)
    ]
    texts = [text for page in document.pages for text in _texts(page._page_box)]
    if len(elements) != len(texts):
        return
    for element, text in zip(elements, texts, strict=True):
        if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text):
            element["ActualText"] = String(text)


def _texts(box: Any) -> Iterator[str]:
    """The texts of a page's boxes, in the order in which WeasyPrint tags them (weasyprint/pdf/tags.py)."""
    box = getattr(box, "_box", box)
    get_table = getattr(box, "get_wrapped_table", None)
    table = get_table() if get_table and getattr(box, "is_table_wrapper", False) else None
    for child in getattr(box, "children", ()):
        inner = getattr(child, "_box", child)
        if isinstance(text := getattr(inner, "text", None), str):
            yield text
        elif table is not None and inner is table:
            for part in table.children:
                yield from _texts(part)
        else:
            yield from _texts(inner)
