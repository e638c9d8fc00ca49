"""Patterns that give away which part of a story a sentence tells, with their weights. Set by hand on the tuning half of
ml/training/content/labelled.py and on what interviewers' guides call situation, task, action and result."""

from __future__ import annotations

_TIME = "year|spring|summer|autumn|fall|winter|semester|term|month|week|weekend|monday|evening|morning|day|night"
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_PLACE = (
    "training|studies|internship|job|role|position|team|company|office|laboratory|university|school|college|shop|"
    "warehouse|project|hospital|army|department"
)
_DUTY = "job|task|goal|role|aim|mission|responsibility|objective|assignment|duty|challenge"

CUES: dict[str, tuple[tuple[str, float], ...]] = {
    "situation": (
        (rf"\b(?:last|this|that|one) (?:{_TIME})\b", 1.2),
        (r"\b(?:years?|months?|weeks?) ago\b", 1.5),
        (r"\b(?:when|while) (?:i|we) (?:was|were|started|began|worked|studied|joined|lived)\b", 1.5),
        (rf"\b(?:in|at|during) (?:my|our|the) (?:\w+ )?(?:{_PLACE})\b", 1.0),
        (r"\b(?:i|we|there) (?:was|were)\b", 0.7),
        (r"\bkept (?:\w+ ){0,2}\w+ing\b", 0.7),
        (r"\b(?:once|at the time|back then|used to)\b", 0.9),
        (r"\b(?:would|could|did) (?:not|never)\b|n't\b|\bnever\b|\bproblem\b|\bwrong\b|\bafraid\b|\bupset\b", 0.4),
        (r"^(?:our|my|the|a|an|he|she|they|most|some|it) ", 0.3),
    ),
    "task": (
        (r"\b(?:i|we) (?:\w+ )?(?:had|needed|need) to\b", 2.4),
        (rf"\b(?:my|our) (?:\w+ )?(?:{_DUTY}) (?:\w+ly )?(?:was|were|is)\b", 3.0),
        (rf"\bit was (?:my|our) (?:\w+ )?(?:{_DUTY}|turn)\b", 3.0),
        (r"\b(?:asked|told|wanted|expected) (?:me|us) to\b", 2.6),
        (r"\b(?:was|were) (?:\w+ )?(?:responsible for|in charge of|supposed to|expected to|meant to)\b", 2.2),
        (r"\b(?:i|we) (?:\w+ )?(?:wanted|hoped|was trying|were trying) ", 1.6),
        (r"\b(?:deadline|challenge|target) was\b|\bstill (?:empty|missing|open)\b", 2.0),
    ),
    "action": (
        (r"\b(?:so|then|instead|first|next|also|together|therefore)\b[^.]{0,40}\b(?:i|we)\b", 0.5),
        (r"\bi (?:decided|suggested|proposed|organi[sz]ed|called|asked|talked|met|wrote|built|made|planned)\b", 0.6),
        (r"\bstep by step\b|\bevery (?:day|week|month|morning|evening)\b", 0.4),
    ),
    "result": (
        (r"\b(?:in|at) the end\b|\bas a result\b|\beventually\b|\bfinally\b|\bultimately\b", 2.0),
        (r"\b(?:since (?:then|that)|after (?:that|this)|afterwards|from then on|ever since)\b", 1.1),
        (rf"\b(?:within|by|in) (?:\w+ )?(?:weeks?|months?|days?|{_MONTH}|the (?:morning|evening|end))\b", 1.3),
        (r"\b(?:i|we) (?:\w+ )?(?:learn(?:ed|t)|reali[sz]ed|ended|finished|won|saved|sold|reached|achieved)\b", 2.0),
        (r"\b(?:i|we) (?:\w+ )?(?:managed to|succeeded|passed|met the deadline)\b", 2.0),
        (r"\b(?:thank(?:ed|s)|grateful|praised|accepted|agreed|approved|signed|happy|satisfied)\b", 1.4),
        (r"\b(?:rose|fell|dropped|grew|went (?:up|down|from)|increased|decreased|improved|doubled|halved)\b", 1.2),
        (r"\b(?:faster|cheaper|better|best|twice|fewer|less|more than|no more|no longer)\b", 1.2),
        (r"\bhad no\b|\bwithout a(?:ny)?\b", 0.8),
        (r"\b(?:success|successful|successfully|on time|as planned|surplus|award|prize|came back|fine)\b", 1.3),
        (r"\b(?:\d+|two|three|four|five|half) ?(?:%|per cent|percent|points|times)(?!\w)", 1.0),
        (r"\bthe lesson\b|\bnowadays\b|\bto this day\b", 2.0),
    ),
}
