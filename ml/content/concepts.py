"""Words that say the same thing in interviews and their rubrics, one concept a line (lemmas; a word may be in two).

Written for Viva from what rubrics of structured interviews ask for: working with people, solving problems, results.
Word vectors learnt from film reviews do not know that who "phones the parents" involves them.
"""

from __future__ import annotations

from functools import lru_cache

#: Stands for any number, in digits or in words.
_CONCEPTS = """
customer client guest caller patient user buyer visitor shopper
boss manager supervisor superior head chief director editor master lead leader foreman
colleague coworker teammate team staff crew employee technician group peer
pupil student boy girl class learner child
partner supplier vendor firm company business sponsor
listen hear understand interrupt attention
talk speak tell say discuss conversation meet ask
call phone ring telephone contact reach
apologise apologize sorry apology regret
angry upset shout annoyed furious complaint complain unhappy
calm patient patience quiet cool
help support assist assistance aid
doctor nurse ambulance medical hospital medicine health care
delegate assign share hand split distribute redistribute divide
teach train trainer training show explain instruct coach mentor lesson course quiz
write document documentation note record instruction report sheet manual list protocol
measure measurable count log figure data statistic number test survey
check inspect inspection inspector review verify examine control trace
plan organise organize arrange schedule prepare coordinate planning
priority prioritise prioritize first urgent important decide decision
transport bus drive driver car delivery deliver route tour
improve improvement better increase rise grow faster reduce fall drop fewer less
success successful win achieve achievement accomplish
grade mark score exam result
result outcome effect consequence end
deadline time punctual late schedule
money cost budget price save spend expensive cheap pay finance financial tax income revenue sponsor sale
discount refund compensation free voucher reimburse
mistake error wrong fault bug failure fail correct correction fix repair
prevent avoid stop again recur
learn lesson experience knowledge improve develop
strength strong good
weakness weak difficult hard struggle
reflect reflection think realise realize understand insight
conflict disagree disagreement argue argument dispute quarrel resistance
convince persuade agree agreement approve accept mind
safe safety secure security danger risk protect protection
law legal rule regulation compliance contract
computer software program programme code digital tool system database app application
computer model algorithm machine network
present presentation chart slide show video
negotiate negotiation offer bargain deal
team together collaborate cooperation cooperate teamwork jointly
lead leader leadership manage management responsible responsibility charge
initiative suggest propose idea suggestion
change adapt flexible adjust move migrate migration
feedback review praise criticism
honest honesty admit truth transparent own
trust reliable rely confidence confident loyal
family parent mother father uncle relative
animal cow horse farm dog
organic soil natural chemical environment environmental sustainable
fair fairly equal equally
reward bonus thank promise recognise recognize
person private personal personally myself face visit
public publish print newspaper announce
careful carefully systematic systematically thorough precise line step
option alternative kind several compare try
cause reason why because root source
quality standard
result lasting since permanent long
interested interest like motivation motivated enthusiasm curious want
language speak foreign translate
school university college degree study studies education
"""
_NUMBERS = frozenset(
    """one two three four five six seven eight nine ten twelve fifteen twenty thirty forty fifty sixty hundred thousand
    million half third quarter fifth twice double percent""".split()
)


@lru_cache(maxsize=1)
def concepts() -> dict[str, frozenset[int]]:
    """Per lemma the numbers of the concepts that it belongs to."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_CONCEPTS.strip().splitlines()):
        for word in line.split():
            found.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


def is_number(lemma: str) -> bool:
    """Whether a lemma is a number ("#" stands for digits)."""
    return lemma == "#" or lemma in _NUMBERS


def asks_for_number(lemma: str) -> bool:
    """Whether a rubric's word asks for a number to be named."""
    return lemma in ("number", "figure", "measurable", "much", "many", "percent", "percentage")
