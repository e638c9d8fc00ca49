"""Texts of which only some sentences are English."""

from __future__ import annotations

import pytest

from ml.core.errors import Unreadable
from ml.text.english_part import english_part
from ml.text.infer import read

ENGLISH = (
    "When the old till broke, I kept the shop open with a notebook and a calculator. My sister thought that it would "
    "not work, but we were careful and checked every page twice. At the end of the week the sums were right. I told "
    "the owner what we had learnt, and he bought a second till so that it would not happen again."
)
OTHERS = {
    "French": "Nous avons travaillé ensemble pendant deux ans. Je suis allé à la banque avec mon frère et ils nous ont "
    "prêté de quoi commencer. C’est une chose que je ne regrette pas.",
    "Polish": "Pracowałem wtedy w małym sklepie i nie miałem żadnej kasy. To był dla mnie bardzo trudny rok, ale nie "
    "żałuję, że go przeżyłem.",
    "Spanish": "Trabajé con mi hermana en una tienda que no tenía caja. Para mí fue muy difícil, pero lo hicimos todo "
    "como se debe.",
    "another script": "Мы работали вместе два года и ничего не боялись. Это было трудно.",
}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("order", ["after", "before", "between"])
def test_the_english_part_is_read_and_the_rest_is_said(language: str, order: str):
    other, half = OTHERS[language], ENGLISH.index("At the end")
    text = {
        "after": f"{ENGLISH}\n\n{other}",
        "before": f"{other} {ENGLISH}",
        "between": f"{ENGLISH[:half]}{other} {ENGLISH[half:]}",
    }[order]
    part = english_part(text)
    assert part.language == language and " ".join(part.text.split()) == ENGLISH
    found, alone = read(text, explain=False), read(ENGLISH, explain=False)
    assert found.traits == alone.traits
    assert "another language" in found.warnings[0] and not alone.warnings


def test_english_with_foreign_names_stays_whole():
    text = (
        "We met Señora de la Cruz at the Café de Paris. Herr von der Heide was in Berlin. Et cetera, as they say. OK."
    )
    assert english_part(text).left_out == 0


def test_too_little_english_is_no_english():
    with pytest.raises(Unreadable) as unread:
        read(f"I led a team. {OTHERS['French']} {OTHERS['French']}")
    assert unread.value.code == "not_english"
