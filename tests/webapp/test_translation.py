"""The language of pages, what is marked, the pseudo-locale on every page, and what JavaScript is given."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask import Flask, g
from flask.testing import FlaskClient
from flask_babel import lazy_gettext

from launcher.gates import unmarked
from webapp.accounts.models import Role
from webapp.candidate import consent_texts
from webapp.core import catalogues, translation
from webapp.core.catalogue_faults import faults
from webapp.core.database import db, now
from webapp.core.pseudo import pseudo
from webapp.health import versions
from webapp.interviews.models import InterviewState
from webapp.questions.models import SetState

HEADERS = {"Accept-Language": "en-XA"}
ATTRIBUTES = {"title", "alt", "aria-label", "placeholder", "label"}


@pytest.fixture
def pseudo_client(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser that asks for the pseudo-locale of an application that offers it."""
    app.config["PSEUDO_LOCALE"] = True
    return client


class Shown(HTMLParser):
    """The texts of a page that people read: text between tags and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "code", "pre", "kbd", "svg", "time", "select") or (
            tag == "textarea" and self._hidden == []
        ):
            self._hidden.append(tag)
        self.texts += [value for name, value in attrs if name in ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.texts.append(" ".join(data.split()))


def plain_english(page: str, given: set[str]) -> list[str]:
    """What a page in the pseudo-locale says without accents and brackets, apart from what people typed (``given``)."""
    shown = Shown()
    shown.feed(page)
    left = []
    depth = 0
    for text in shown.texts:
        outside = ""
        for letter in text:  # a message may hold tags, so that its brackets stand in different texts
            depth += (letter == "⟦") - (letter == "⟧")
            outside += letter if depth == 0 else " "
        depth = max(depth, 0)
        for typed in sorted(given, key=len, reverse=True):
            outside = outside.replace(typed, " ")
        outside = re.sub(r"(Recruiter|Admin|Candidate) \d+|\w+@viva\.test", " ", outside)  # who the tests make
        if re.search(r"[A-Za-z]{3,}", outside):
            left.append(text)
    return left


class TestCatalogues:
    def test_nothing_that_people_read_is_unmarked(self):
        assert unmarked.find() == []

    def test_the_gate_finds_what_is_unmarked(self):
        template = '{% if x %}<p>Save it</p>{% endif %}<a title="Go on">{{ "Not yet" if x else _("Yes") }}</a>'
        assert [text for _, text in unmarked.in_template(template)] == ["Not yet", "Go on", "Save it"]
        assert list(unmarked.in_template('<p>{{ _("Save") }}</p>{% trans %}Go <b>on</b>{% endtrans %}')) == []
        module = 'flash("Saved.")\nflash(_("Saved."))\nlogger.info("Nobody was here.")\nx = "It was not done."'
        assert [text for _, text in unmarked.in_python(module)] == ["Saved.", "It was not done."]
        # What is marked within an f-string is not gathered.
        assert [text for _, text in unmarked.in_python("x = f\"{y} {_('Go on')}\"\nz = _('Go', n=f'{y}')")] == ["Go on"]

    def test_they_are_up_to_date(self, capsys):
        assert catalogues.main(["--check"]) == 0, capsys.readouterr().err

    def test_the_gate_finds_what_is_left_out_or_does_not_fit(self):
        catalogue = Catalog(locale="pl")
        catalogue.add("Save", "")
        catalogue.add("Hello, %(name)s", "Witaj")
        catalogue.add("<b>Go</b> on", "<i>Dalej</i>")
        catalogue.add(("%(num)s word", "%(num)s words"), ("słowo", "%(num)s słowa", "słów"))
        catalogue.add(" or ", " lub ")
        found = [line.partition(":")[0] for line in faults(catalogue)]
        assert found == ["not translated", "placeholders differ", "tags differ", "placeholders differ"]

    def test_one_singular_has_one_plural(self, tmp_path, monkeypatch):
        """With two, what a page says in another language lacks the number that it is given, and the page fails."""
        page = tmp_path / "page.html"
        page.write_text(
            '{{ ngettext("Once.", "%(num)s times.", n) }}{{ ngettext("Once.", "%(num)s times or more.", n) }}'
        )
        monkeypatch.setattr(catalogues, "ROOT", tmp_path)
        monkeypatch.setattr(catalogues, "_sources", lambda: [("jinja2", page)])
        with pytest.raises(SystemExit, match="has two plurals"):
            catalogues.gather()

    @pytest.mark.parametrize(
        ("language", "forms"),
        [
            ("ar", {0: 0, 1: 1, 2: 2, 3: 3, 11: 4, 100: 5}), ("pl", {0: 2, 1: 0, 2: 1, 3: 1, 11: 2, 100: 2}),
            ("fr", {0: 0, 1: 0, 2: 2, 100: 2, 1_000_000: 1}), ("de", {0: 1, 1: 0, 2: 1}),
        ],
    )  # fmt: skip
    def test_a_number_takes_the_form_that_its_language_wants(self, language, forms):
        """The forms are in CLDR's order: zero, one, two, few, many, other, those that the language has."""
        with (translation.FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as stream:
            message = read_po(stream, locale=language).get("%(count)s word")
        said = translation.messages_of(language)
        assert {n: message.string.index(said.ungettext(*message.id, n)) for n in forms} == {
            n: message.string.index(message.string[form]) for n, form in forms.items()
        }

    def test_they_hold_templates_python_and_javascript(self):
        with (translation.FOLDER / "messages.pot").open("rb") as stream:
            template = read_po(stream)
        scripts, stored = (
            json.loads((translation.FOLDER / name).read_text("utf-8")) for name in ("javascript.json", "stored.json")
        )
        assert len(template) > 1000 and len(scripts) > 100 and len(stored) > 50
        ids = {message.id if isinstance(message.id, str) else message.id[0] for message in template}
        assert {message["message"] for message in scripts} <= ids
        assert set(stored) <= ids


class TestLanguage:
    def test_pages_say_their_language_and_direction(self, client):
        page = client.get("/").text
        assert '<html lang="en" dir="ltr"' in page
        assert json.loads(re.search(r'id="catalogue">(.*?)</script>', page).group(1)) == {
            "locale": "en",
            "messages": {},
        }

    def test_the_pseudo_locale_is_offered_only_where_it_is_asked_for(self, app, client):
        assert 'lang="en"' in client.get("/", headers=HEADERS).text
        app.config["PSEUDO_LOCALE"] = True
        assert 'lang="en-XA"' in client.get("/", headers=HEADERS).text
        assert 'lang="en"' in client.get("/", headers={"Accept-Language": "nl"}).text

    def test_a_kept_choice_wins_over_the_browser(self, pseudo_client):
        with pseudo_client.session_transaction() as session:
            session["language"] = "en"
        assert 'lang="en"' in pseudo_client.get("/", headers=HEADERS).text

    def test_javascript_gets_every_message_that_it_uses(self, pseudo_client):
        page = pseudo_client.get("/", headers=HEADERS).text
        found = json.loads(re.search(r'id="catalogue">(.*?)</script>', page).group(1))
        listed = json.loads((translation.FOLDER / "javascript.json").read_text("utf-8"))
        assert found["locale"] == "en-XA" and len(found["messages"]) == len(listed)
        plural = next(entry for entry in listed if "plural" in entry)
        assert found["messages"][plural["message"]] == [pseudo(plural["message"]), pseudo(plural["plural"])]


class TestStoredTexts:
    def test_a_stored_text_is_found_by_its_shape(self, app):
        app.config["PSEUDO_LOCALE"] = True
        with app.test_request_context(headers=HEADERS):
            said = translation.translate_stored(
                "Something went wrong 3 times while this answer was analysed. Try again. If it keeps failing, tell "
                "your administrator; the log says more under abc."
            )
            assert said.startswith("⟦") and "3" in said and "abc" in said
            assert (
                translation.translate_stored("An old wording that nobody marks.") == "An old wording that nobody marks."
            )

    def test_what_is_translated_already_stays_as_it_is(self, app):
        app.config["PSEUDO_LOCALE"] = True
        with app.test_request_context(headers=HEADERS):
            assert translation.translate_stored(lazy_gettext("Positions")).startswith("⟦")

    def test_in_english_it_is_what_it_is(self, app):
        with app.test_request_context():
            assert translation.translate_stored("Refused by hand: 3 %.") == "Refused by hand: 3 %."

    def test_a_consent_keeps_the_language_and_the_version_of_its_text(self, app, make):
        interview = make.practice(consents="")
        app.config["PSEUDO_LOCALE"] = True
        with app.test_request_context(headers=HEADERS):
            texts = consent_texts.texts_for(interview)
            g.pop("viva_language")  # the fixture's context outlives the request
        assert {text.language for text in texts} == {"en_XA"} and all(text.label.startswith("⟦") for text in texts)
        with app.test_request_context():
            assert {(text.language, text.version) for text in consent_texts.texts_for(interview)} == {
                ("en", consent_texts.VERSION)
            }


class TestPseudo:
    def test_a_message_is_accented_longer_and_in_brackets(self):
        said = pseudo("Save %(number)s files <b>now</b>")
        assert said.startswith("⟦Šávé %(number)s fíléš <b>ñów</b>·") and said.endswith("⟧")
        assert len(said) >= 1.25 * len("Save files now")

    @pytest.fixture
    def pages(self, pseudo_client, make, sign_in, open_interview):
        """Addresses by who may open them, and what people typed on them."""
        admin, candidate = make.user(Role.ADMIN, name="Ädä"), make.user(Role.CANDIDATE, name="Öli")
        position = make.position(country="CA", title="Jöb", city="Ürt", created_by=admin)
        draft = make.question_set(state=SetState.DRAFT, title="Ëins", created_by=admin)
        invitation = make.invitation(position=position, created_by=admin, name="Kïm", email="k@ü.tt")
        interview = make.interview(invitation=invitation)
        question = interview.question_set.questions[2]
        make.answer(interview, question, text="Wörds.", text_saved_at=now())
        practice = make.practice(candidate)
        interview.state, interview.submitted_at = InterviewState.SUBMITTED, now()
        open_one = make.practice(candidate)
        db.session.commit()
        ours = [
            "/", "/profile", "/people", "/people/new", f"/people/{candidate.id}", "/positions", "/positions/new",
            f"/positions/{position.id}", f"/positions/{position.id}/edit", "/questions", "/questions/new", f"/questions/{draft.id}",
            f"/questions/{draft.id}/preview", f"/questions/{draft.id}/edit", "/interviews", "/invitations/new",
            "/invitations/upload", f"/invitations/{invitation.id}", f"/reports/{interview.id}",
            f"/reviews/{interview.id}/scorecard", "/live", "/live/new", "/practice", "/health", "/no-such-page",
        ]  # fmt: skip
        return admin, candidate, ours, interview, practice, open_one

    def test_nothing_is_left_in_english(self, pages, pseudo_client, sign_in, make):
        admin, candidate, ours, _interview, _practice, open_one = pages
        theirs = ["/practice", "/profile", "/live", "/live/new"]
        theirs += [
            f"/interview/{open_one.id}{tail}"
            for tail in ("", "/consent", "/check", "/consents", "/review", "/questions/1")
        ]
        given = {
            "Ädä", "Öli", "Jöb", "Ürt", "Ëins", "Kïm", "k@ü.tt", "Wörds.", admin.email, candidate.email, "Canada",
            "Viva", "First interview", "Data engineer", "First conversation", "An example.", "UTC", "name@example.org",
            "(CA)", "CSV", "JSON", "XLSX", "United States", "Hiring team", "Ürt, Canada · Hiring team",
        }  # fmt: skip
        given |= set(translation.NAMES.values())
        given |= {word for part in versions.all_of(pseudo_client.application) for word in part}
        given |= {f"Question {number}?" for number in range(1, 4)}
        months = {now().strftime("%B")}
        left, others = {}, {}
        for user, addresses in ((None, ["/", "/sign-in", "/no-such-page"]), (admin, ours), (candidate, theirs)):
            if user is not None:
                sign_in(user)
            for address in addresses:
                response = pseudo_client.get(address, headers=HEADERS, follow_redirects=True)
                if response.status_code != 200:
                    others[address] = response.status_code
                if found := plain_english(response.text, given | months):
                    left[address] = found
        assert left == {}
        assert others == {"/no-such-page": 404}
