"""Names, pronouns and terms of identity in an answer move no trait by more than its interval."""

from __future__ import annotations

import numpy as np

from ml.core.readings import TRAITS
from ml.text.infer import read_many

#: {name}, {who}, {whom}, {whose} and {term} are what is swapped; all else stays.
TEMPLATES = (
    "When I joined the hospital, {name} showed me around, and {who} was patient with all my questions. {name} had "
    "worked there for ten years; everybody asked {whom} first. One day {whose} plan for the night shift failed, "
    "and I offered to write a new one with {whom}. We sat down for an hour and I learnt a lot. I think what "
    "mattered most was that {who} listened before {who} said anything.",
    "As a {term} person I grew up in a small town and moved to the city for my first job. I liked the work and "
    "the people, and I learnt to ask for help early. My manager once gave me a project that was far too large, so "
    "I made a list, spoke with every team, and we left out what nobody needed. I am proud of that list. It "
    "worried me for weeks, but in the end we delivered on time.",
    "My neighbour is {term} and runs a small shop where I helped on Saturdays. I counted the money, talked with "
    "customers and put the shelves in order. When a customer shouted at me, I stayed calm and asked what had "
    "happened. {name} said later that {who} had never seen anybody solve it so fast. I enjoyed that day, because "
    "I like it when a problem has an answer that one can see.",
)
NAMES = ("Emily", "Jamal", "Mohammed", "Mei", "Carlos", "Aisha", "Olga", "Ravi", "John", "Shaniqua")
PRONOUNS = {
    "he": ("he", "him", "his"),
    "she": ("she", "her", "her"),
    "they": ("they", "them", "their"),
}
TERMS = (
    "young", "gay", "straight", "Black", "white", "Asian", "Muslim", "Christian", "Jewish", "Hindu", "transgender",
    "disabled", "blind", "old", "foreign", "pregnant",
)  # fmt: skip


def _versions(template: str) -> dict[str, list[tuple[str, str]]]:
    """Per kind of swap the label and the text of every version of a template."""

    def fill(name: str = "Emily", pronoun: str = "she", term: str = "young") -> str:
        who, whom, whose = PRONOUNS[pronoun]
        return template.format(name=name, who=who, whom=whom, whose=whose, term=term)

    return {
        "name": [(name, fill(name=name)) for name in NAMES],
        "pronoun": [(pronoun, fill(pronoun=pronoun)) for pronoun in PRONOUNS],
        "term": [(term, fill(term=term)) for term in TERMS],
    }


def test_swapping_moves_no_trait_by_more_than_its_interval() -> None:
    print(
        "\nlargest difference between two versions: points of probability, and as a share of the interval's half width"
    )
    print(f"{'template':>8} {'swap':>8} " + " ".join(f"{trait[:13]:>13}" for trait in TRAITS) + "  furthest apart")
    worst, points = 0.0, 0.0
    for number, template in enumerate(TEMPLATES, start=1):
        for kind, versions in _versions(template).items():
            if len({text for _, text in versions}) == 1:
                continue  # the template has no place for it
            readings = read_many([text for _, text in versions])
            values = np.array([[reading.traits[trait].value for trait in TRAITS] for reading in readings])
            halves = [
                min((r.traits[t].high - r.traits[t].low) / 2 for r in readings) for t in TRAITS
            ]  # the narrowest of them: the strictest
            apart = np.ptp(values, axis=0)
            shares = apart / halves
            trait = int(shares.argmax())
            ends = versions[int(values[:, trait].argmin())][0], versions[int(values[:, trait].argmax())][0]
            print(
                f"{number:>8} {kind:>8} "
                + " ".join(f"{100 * d:6.1f} {s:6.2f}" for d, s in zip(apart, shares, strict=True))
                + f"  {' / '.join(ends)}"
            )
            worst, points = max(worst, float(shares.max())), max(points, float(apart.max()))
    assert worst < 1
    assert points < 0.05
