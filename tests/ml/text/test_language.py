"""Telling English from other languages."""

from __future__ import annotations

import csv
import gzip

import numpy as np
import pytest

from ml.core.errors import Unreadable
from ml.text.features import clean, tokenize
from ml.text.infer import read
from ml.text.language import GRAMMAR, other_than_english, share_of_grammar

SAMPLES = {
    "English": "I was asked to lead the group when our manager left, and I did not know how to begin.",
    "German": "Ich wurde gebeten, die Gruppe zu leiten, als der Chef ging, und ich wusste nicht, wie das geht.",
    "French": "On m'a demandé de diriger le groupe quand notre chef est parti, et je ne savais pas où aller.",
    "Spanish": "Me pidieron que dirigiera el grupo cuando se fue el jefe, y yo no sabía cómo empezar con esto.",
    "Italian": "Mi hanno chiesto di guidare il gruppo quando il capo è andato via, e non sapevo come fare.",
    "Portuguese": "Pediram que eu fosse o chefe do grupo quando o nosso saiu, e não sabia como começar com isso tudo.",
    "Dutch": "Ik werd gevraagd om de groep te leiden toen onze baas wegging, en ik wist niet hoe ik moest beginnen.",
    "Polish": "Poproszono mnie, aby poprowadzić grupę, gdy nasz szef odszedł, i nie wiedziałem, jak to zacząć.",
    "Swedish": "Jag blev ombedd att leda gruppen när vår chef slutade, och jag visste inte hur jag skulle börja.",
    "Danish or Norwegian": "Jeg blev bedt om at lede gruppen, da vores chef gik, og jeg vidste ikke hvor.",
    "Finnish": "Minua pyydettiin johtamaan ryhmää, kun esimies lähti, mutta en tiennyt, että se olisi niin vaikea.",
    "Hungarian": "Megkértek, hogy vezessem a csoportot, amikor a főnök elment, és nem tudtam, hogy ezt hol kezdjem el.",
    "Turkish": "Müdür gittikten sonra benim için çok zor bir iş oldu ve ne kadar zaman var dedim ama o da yok.",
}


def _of(text: str) -> str | None:
    return other_than_english(clean(text), [token for token in tokenize(clean(text)) if token[0].isalpha()])


@pytest.mark.parametrize("language", SAMPLES)
def test_a_sentence_gives_its_language_away(language: str) -> None:
    assert _of(SAMPLES[language]) == (None if language == "English" else language)
    assert language == "English" or language in GRAMMAR


def test_accents_and_capitals_do_not_matter() -> None:
    assert _of("NIE WIEDZIALEM JAK TO ZACZAC I JUZ TYLKO JA TAM BYLEM BO SIE BAL") == "Polish"


@pytest.mark.parametrize(
    "text", ["Привет, как дела сегодня", "我们在医院工作", "こんにちは元気ですか", "γεια σας τι κάνετε"]
)
def test_other_scripts(text: str) -> None:
    assert _of(text) == "another script"


def test_names_and_salad_are_no_english() -> None:
    assert _of("Anna Bob Carla Dmitri Elena Farid Gustav Hana Ivan Jun") == "another language"
    assert share_of_grammar([]) == {}


def test_the_refusal_names_the_language() -> None:
    with pytest.raises(Unreadable, match="it seems to be German") as caught:
        read((SAMPLES["German"] + " ") * 2 + "Danach habe ich mit allen gesprochen und alles neu geplant. " * 4)
    assert caught.value.code == "not_english"


def test_real_polish_is_refused_and_real_english_is_not(real_data) -> None:
    with (real_data / "speech/nemo/manifest.csv").open(encoding="utf-8", newline="") as stream:
        said = sorted({row["text"] for row in csv.DictReader(stream)})
    assert len(said) >= 80
    polish = [" ".join(said[start : start + 8]) for start in range(0, len(said), 8)]
    assert all(_of(text) is not None for text in polish)
    with gzip.open(real_data / "text/first_impressions.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        english = [row["transcript"] for row in csv.DictReader(stream)][::6]
    english = [text for text in english if len(text.split()) >= 25]
    wrong = np.mean([_of(text) is not None for text in english])
    print(
        f"{len(polish)} Polish texts, all refused; of {len(english)} English ones of 25 words and more {wrong:.2%} are"
    )
    assert wrong < 0.005
