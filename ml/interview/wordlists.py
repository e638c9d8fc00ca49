"""Lists of words that interviewers notice. Written for Viva, from job interviews' own vocabulary; no dictionary of
anybody else's is copied. Multi-word entries are matched as words in sequence, in lower case."""

from __future__ import annotations

import re

#: Filled pauses as transcribers write them: um, uhm, uhh, er, erm, ah, hmm.
FILLED_PAUSE = re.compile(r"^(?:u+h*m+|u+h+|e+r+m*|a+h+m*|h+m+|m+h*m+)$")

LISTS: dict[str, tuple[str, ...]] = {
    "hedges": (
        "i guess", "i suppose", "kind of", "kinda", "sort of", "sorta", "maybe", "perhaps", "probably", "possibly",
        "somewhat", "not sure", "i don't know", "i dont know", "or something", "or whatever", "hopefully", "might",
        "i mean", "you know", "a little", "a bit",
    ),
    "vague": ("stuff", "thing", "things", "whatever", "something", "somehow", "anyway", "etc", "and so on"),
    "like": ("like",),
    "just": ("just", "basically", "actually", "literally", "pretty much"),
    "certain": (
        "definitely", "absolutely", "certainly", "clearly", "confident", "always", "sure", "exactly", "of course",
        "truly", "completely", "especially", "extremely",
    ),
    "enthusiasm": (
        "love", "loved", "enjoy", "enjoyed", "enjoying", "excited", "exciting", "passion", "passionate", "fun",
        "fascinating", "interesting", "interested", "amazing", "awesome", "great", "wonderful", "eager", "motivated",
        "inspired", "thrilled", "proud",
    ),
    "positive": (
        "good", "better", "best", "well", "happy", "success", "successful", "successfully", "strong", "strength",
        "strengths", "help", "helped", "helping", "helpful", "benefit", "nice", "improve", "improved", "improving",
        "able", "opportunity", "opportunities", "effective", "efficient", "positive", "valuable", "important",
    ),
    "negative": (
        "bad", "worse", "worst", "hard", "difficult", "difficulty", "problem", "problems", "fail", "failed", "failure",
        "weakness", "weaknesses", "weak", "afraid", "stress", "stressful", "stressed", "wrong", "hate", "struggle",
        "struggled", "struggling", "mistake", "mistakes", "unfortunately", "bored", "boring", "nervous", "worry",
        "worried", "sorry", "lack",
    ),
    "negations": ("not", "no", "never", "none", "nothing", "nobody", "n't"),
    "i": ("i", "me", "my", "mine", "myself"),
    "we": ("we", "us", "our", "ours", "ourselves", "together"),
    "you": ("you", "your", "yours"),
    "they": ("they", "them", "their", "he", "she", "him", "her", "his", "people", "everyone", "everybody"),
    "team": (
        "team", "teams", "group", "groups", "member", "members", "colleague", "colleagues", "teammate", "teammates",
        "partner", "partners", "club", "community", "captain", "communicate", "communication", "collaborate",
    ),
    "lead": (
        "lead", "leading", "led", "leader", "leaders", "leadership", "organize", "organized", "organizing", "manage",
        "managed", "managing", "president", "responsible", "responsibility", "coordinate", "coordinated", "plan",
        "planned", "planning", "decided", "decision", "initiative", "goal", "goals",
    ),
    "work": (
        "work", "worked", "working", "project", "projects", "job", "company", "experience", "experiences", "skill",
        "skills", "intern", "internship", "position", "research", "engineer", "engineering", "design", "designed",
        "built", "build", "developed", "developing", "created", "product", "business", "industry", "career",
    ),
    "learning": (
        "learn", "learned", "learning", "learnt", "understand", "understanding", "realize", "realized", "figure",
        "figured", "knowledge", "study", "studying", "class", "classes", "taught", "teach", "grow", "growth",
    ),
    "insight": (
        "because", "since", "so that", "in order to", "therefore", "reason", "result", "results", "effect", "means",
        "led to", "as a result", "which is why",
    ),
    "connect": ("and", "also", "then", "and then", "so", "but", "however", "although", "while", "first", "second"),
    "example": (
        "for example", "for instance", "such as", "one time", "last year", "last semester", "last summer",
        "this summer", "a time when", "one of", "when i was", "during", "specifically",
    ),
    "amount": ("all", "many", "more", "most", "much", "some", "few", "lot", "lots", "several", "each", "every"),
    "articles": ("a", "an", "the"),
    "prepositions": (
        "about", "across", "after", "at", "before", "between", "by", "for", "from", "in", "into", "of", "on", "over",
        "through", "to", "under", "with", "within", "without",
    ),
    "thanks": ("thank", "thanks", "appreciate", "pleasure"),
}  # fmt: skip
