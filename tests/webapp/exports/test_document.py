"""An interview as a document: what is on it, what is left out, and how a screen reader goes through the PDF."""

from __future__ import annotations

import builtins
import io
from pathlib import Path
from typing import Any

import outloud
import pdfua
import pikepdf
import pytest

from ml.transcripts.transcript import Transcript, Word
from tests.webapp.analysis.conftest import models, run_all
from tests.webapp.analysis.samples import answer_all
from webapp.core.database import db, now
from webapp.core.settings import ROOT
from webapp.exports import document
from webapp.interviews.models import InterviewState
from webapp.positions.models import ReviewState
from webapp.reviews import operations as reviews
from webapp.reviews.deciding import decide
from webapp.reviews.models import Outcome
from webapp.reviews.openings import note_opened
from webapp.reviews.operations import Given
from webapp.transcripts import store
from webapp.transcripts.models import Origin

__all__ = ["models", "run_all"]

ARABIC = ("محمد أحمد", "حدثنا عن مشكلة حللتها.", "عملت في شركة كبيرة في القاهرة، وأصلحت نظام الحجز.", "ar")
POLISH = (
    "Wisława Żółć",
    "Opowiedz o problemie, który rozwiązałaś.",
    "Zażółć gęślą jaźń. Źdźbło trawy łączy się z łąką.",
    "pl",
)
ENGLISH = ("Kim Tremblay", "Tell us about a problem that you solved.", "Kim fixed the queue with a lock.", "en")


@pytest.fixture
def reviewed(make, sign_in, models, run_all):
    """A reviewed, decided interview in one of the languages, and its reviewer, signed in."""

    def reviewed(language: tuple[str, str, str, str] = ENGLISH) -> Any:
        name, prompt, said, code = language
        reviewer = make.user(name="Rosa Moreau")
        question_set = make.question_set("video text")
        invitation = make.invitation(name=name, created_by=reviewer, question_set=question_set)
        interview = answer_all(make, make.interview(invitation=invitation))
        for question in question_set.questions:
            db.session.execute(
                db.text("update questions set prompt = :prompt where id = :id"), {"prompt": prompt, "id": question.id}
            )
        db.session.expire_all()
        answer = next(each for each in interview.answers if each.takes)
        words = [Word(text, number / 2, number / 2 + 0.4) for number, text in enumerate(said.split())]
        store.add(answer, Transcript(words, code), Origin.TYPED, by_machine=False, author=reviewer)
        run_all(interview)
        given = {question.id: Given(4, f"{name} named it.") for question in question_set.questions}
        reviews.submit(reviews.save(interview, reviewer, given, "A clear account."))
        for each in interview.answers:
            note_opened(each, reviewer)
        decide(interview, Outcome.ADVANCE, f"What {name} said.", by=reviewer)
        db.session.commit()
        sign_in(reviewer)
        return interview

    return reviewed


def spoken(body: bytes) -> list[tuple[str, str]]:
    """The PDF as its tags give it, in their order: (tag, text), alternatives in place of pictures."""
    pdf = pikepdf.open(io.BytesIO(body))
    texts: dict[tuple[int, int], str] = {}
    for number, page in enumerate(pdf.pages):
        fonts = {name: to_unicode(font) for name, font in page.obj.Resources.get("/Font", {}).items()}
        marks: list[int | None] = []
        font: dict[int, str] = {}
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name == "BDC":
                properties = operands[1]
                marks.append(int(properties["/MCID"]) if "/MCID" in properties else None)
            elif name == "BMC":
                marks.append(None)
            elif name == "EMC":
                marks.pop()
            elif name == "Tf":
                font = fonts[str(operands[0])]
            elif name in ("Tj", "TJ") and marks and marks[-1] is not None:
                parts = operands[0] if name == "TJ" else [operands[0]]
                said = "".join(decoded(bytes(part), font) for part in parts if isinstance(part, pikepdf.String))
                texts[number, marks[-1]] = texts.get((number, marks[-1]), "") + said
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    found: list[tuple[str, str]] = []

    def walk(element: Any, page: int) -> str:
        if isinstance(element, int):
            return texts.get((page, element), "")
        if isinstance(element, pikepdf.Array):
            return "".join(walk(each, page) for each in element)
        page = pages[element.Pg.objgen] if "/Pg" in element else page
        if element.get("/Type") == "/MCR":
            return texts.get((page, int(element.MCID)), "")
        if "/S" not in element:
            return ""
        place = len(found)
        said = walk(element.K, page) if "/K" in element else ""
        said = str(element.get("/ActualText", element.get("/Alt", said)))
        found.insert(place, (str(element.S)[1:], said))
        return said

    walk(pdf.Root.StructTreeRoot.K, 0)
    return found


def to_unicode(font: Any) -> dict[int, str]:
    """A font's own table of what its glyphs mean."""
    table: dict[int, str] = {}
    inside = False
    for line in font.ToUnicode.read_bytes().decode("ascii").splitlines():
        inside = line.endswith("beginbfchar") or (inside and not line.endswith("endbfchar"))
        parts = line.replace("<", " ").replace(">", " ").split()
        if inside and len(parts) == 2 and not line.endswith("beginbfchar"):
            table[int(parts[0], 16)] = bytes.fromhex(parts[1]).decode("utf-16-be")
    return table


def decoded(raw: bytes, table: dict[int, str]) -> str:
    return "".join(table.get(int.from_bytes(raw[at : at + 2], "big"), "�") for at in range(0, len(raw), 2))


def pdf_of(client, interview, **options) -> bytes:
    answer = client.get(f"/reports/{interview.id}/report.pdf", query_string=options)
    if answer.status_code == 302:
        pytest.skip("no Pango (apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.data


@pytest.mark.parametrize("language", [ENGLISH, ARABIC, POLISH], ids=lambda each: each[3])
def test_the_tags_of_the_pdf_read_in_order(client, reviewed, language):
    interview = reviewed(language)
    tags = spoken(pdf_of(client, interview))
    kinds = [kind for kind, _text in tags]
    assert kinds[0] == "Document"
    headings = [(kind, " ".join(text.split())) for kind, text in tags if kind in ("H1", "H2", "H3")]
    assert headings[0][0] == "H1" and headings[1] == ("H2", "Reviews and decision")
    assert [kind for kind, _text in headings].count("H1") == 1
    assert kinds.count("Table") >= 3 and "TH" in kinds and kinds.index("H1") < kinds.index("Table")
    figures = [text for kind, text in tags if kind == "Figure"]
    rows = [text for text in figures if not text.startswith("The bar shows ")]
    assert len(figures) > len(rows) and all("%" in text for text in figures if text not in rows)
    assert [text.split(":")[0] for text in rows] == ["Expression", "Face", "Voice", "Words"]
    assert "words a minute" in rows[-1] and "%%" not in "".join(rows)
    whole = "".join(tags[0][1].split())
    assert "".join(language[2].split()) in whole
    assert "�" not in whole


@pytest.mark.parametrize("language", [ENGLISH, ARABIC, POLISH], ids=lambda each: each[3])
def test_the_checkers_find_no_error(client, reviewed, tmp_path, language):
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf_of(client, reviewed(language)))
    assert checkers(path) == {"pdfua": [], "outloud": []}


def checkers(path: Path) -> dict[str, list[str]]:
    """What two independent checkers of the machine-checkable part of PDF/UA-1 call an error."""
    found = [
        f"{each.rule_id}: {each.message}" for each in pdfua.validate(path).findings if each.severity.name == "ERROR"
    ]
    heard = outloud.check(str(path))
    return {"pdfua": found, "outloud": [str(each) for each in heard.findings if str(each.severity) == "error"]}


def test_pieces_in_another_language_say_so(client, reviewed):
    page = client.get(f"/reports/{reviewed(ARABIC).id}/document.html").text
    assert f'<span dir="rtl" lang="ar">{ARABIC[1]}</span>' in page
    assert '<blockquote dir="rtl" lang="ar"><p>عملت' in page
    page = client.get(f"/reports/{reviewed(POLISH).id}/document.html").text
    assert '<blockquote dir="ltr" lang="pl"><p>Zażółć' in page


@pytest.mark.parametrize(
    ("part", "gone"),
    [
        ("name", ["Tremblay", "Kim"]),
        ("reviewers", ["Rosa Moreau"]),
        ("words", ["fixed the queue"]),
        ("notes", ["named it", "A clear account", "What Kim"]),
        ("analyses", ["Facial expression", "Big Five", "Model versions"]),
    ],
)
def test_what_is_left_out_is_not_there(client, reviewed, part, gone):
    interview = reviewed()
    whole = client.get(f"/reports/{interview.id}/document.html").text
    less = client.get(f"/reports/{interview.id}/document.html", query_string={"without": part}).text
    for text in gone:
        assert text in whole and text not in less, text
    assert "Left out" in less and "Left out" not in whole


@pytest.fixture(params=[OSError("cannot load library 'libpango-1.0-0'"), ImportError("No module named 'weasyprint'")])
def without_pango(request, monkeypatch):
    """WeasyPrint cannot be imported, as where Pango or WeasyPrint itself is not installed."""
    whole = builtins.__import__

    def importing(name: str, *args, **kwargs):
        if name.partition(".")[0] == "weasyprint":
            raise request.param
        return whole(name, *args, **kwargs)

    document._weasyprint.cache_clear()
    monkeypatch.setattr(builtins, "__import__", importing)
    yield
    document._weasyprint.cache_clear()


def test_without_pango_there_is_the_page_to_print(client, reviewed, without_pango):
    interview = reviewed()
    answer = client.get(f"/reports/{interview.id}/report.pdf?without=notes", follow_redirects=True)
    assert answer.request.path == f"/reports/{interview.id}/document.html"
    assert "cannot make PDF files" in answer.text and "libpango-1.0-0" in answer.text and "named it" not in answer.text


def test_a_document_reads_nothing_but_its_own_pictures_and_fonts(app):
    with pytest.raises(ValueError, match="not part of it"):
        document._only(document.built_file("document.css").parent)("file:///etc/passwd")
    with pytest.raises(ValueError, match="not part of it"):
        document._only(document.built_file("document.css").parent)("http://169.254.169.254/")


def test_strangers_get_no_document(client, reviewed, make, sign_in):
    interview = reviewed()
    sign_in(make.user())
    for path in ("download", "document.html", "report.pdf"):
        assert client.get(f"/reports/{interview.id}/{path}").status_code == 404
    client.post("/sign-out")
    assert client.get(f"/reports/{interview.id}/report.pdf").status_code == 302


def test_the_blind_rule_holds_on_paper(app, client, reviewed, make, sign_in):
    interview = reviewed()
    app.config["BLIND_REVIEW"] = True
    interview.review_state = ReviewState.IN_REVIEW  # once people have decided, it is open
    from webapp.accounts.models import Role

    sign_in(make.user(Role.ADMIN))
    page = client.get(f"/reports/{interview.id}/document.html").text
    assert "hidden until you submit" in page
    assert "named it" not in page and "Facial expression" not in page and "Advance" not in page


def test_what_is_not_handed_in_has_no_document(client, make, sign_in):
    interview = make.interview()
    sign_in(interview.invitation.created_by)
    assert interview.state is InterviewState.OPEN and now()
    assert client.get(f"/reports/{interview.id}/report.pdf").status_code == 404


def test_the_operators_guide_names_what_pdfs_need():
    assert f"apt-get install {document.PACKAGES}" in (ROOT / "docs/operations.md").read_text("utf-8")
