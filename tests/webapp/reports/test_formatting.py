"""The report's part on words."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape

import pytest

from ml.core.readings import Estimate
from tests.webapp.analysis.samples import answer_all
from webapp.accounts.models import Role


@pytest.fixture
def show(client, make, sign_in, models, run_all):
    """The report's page of one written answer whose text reading has ``values``."""

    def show(**values) -> str:
        recruiter = sign_in(make.user(Role.RECRUITER))
        models["text"] = replace(models["text"], **values)
        invitation = make.invitation(created_by=recruiter, question_set=make.question_set("text"))
        interview = answer_all(make, make.interview(invitation=invitation))
        run_all(interview)
        return client.get(f"/reports/{interview.id}").text

    return show


def test_traits_are_bands_with_words(show) -> None:
    page = show(
        traits={
            "openness": Estimate(0.7, 0.55, 0.82, 200),
            "neuroticism": Estimate(0.3, 0.2, 0.45, 200),
            "extraversion": Estimate(0.52, 0.4, 0.64, 200),
        },
        accuracy={"value": 0.572, "margin": 0.0093, "majority": 0.513},
    )
    assert page.count('class="trait-band"') == 3
    words = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "Openness more likely upper half 70 % (55 to 82 %)" in words
    assert "Neuroticism more likely lower half 30 % (20 to 45 %)" in words
    assert "Extraversion not enough data 52 % (40 to 64 %)" in words
    assert "the model was right 57 % of the time (± 1)" in words
    assert 'x="55.0"' in page and 'width="27.0"' in page
    assert "style=" not in page.split('class="trait-bands"')[1].split("</ul>")[0]


def test_the_words_that_moved_a_trait_are_in_a_table_and_for_the_script(show) -> None:
    moved = {"openness": [["poems", 0.031, 2], ["don't", -0.012, 1], ["<b>", -0.01, 1]]}
    page = show(moved=moved)
    assert json.loads(unescape(re.search('data-moved="([^"]*)"', page)[1])) == moved["openness"]
    words = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "poems ▲ up by 3.1 points 2" in words and "▼ down by 1.2 points 1" in words
    assert "<b>" not in page.split('class="trait-bands"')[1].split("</ul>")[0]
    assert page.count("Words that influenced it") == 1


def test_a_reading_of_an_earlier_version_is_still_shown(show) -> None:
    page = show(moved={}, accuracy={})
    assert "Words that influenced it" not in page and "On essays of" not in page
    assert page.count('class="trait-band"') == 5
