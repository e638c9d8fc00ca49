"""The European Union and the European Economic Area."""

from __future__ import annotations

from datetime import date

from ml.core.messages import N_
from webapp.policy.rules import ANYBODY, Duty, Modality, Requirement, Rule, Stop

EU = frozenset(("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK").split())
EEA = EU | frozenset({"IS", "LI", "NO"})
#: Territories of member states with codes of their own, where Union law applies too.
EEA_TERRITORIES = frozenset({"AX", "GF", "GP", "MF", "MQ", "RE", "YT"})
UNION_LAW = EEA | EEA_TERRITORIES

_PLACES = tuple(sorted(UNION_LAW))
_CHECKED = date(2026, 11, 30)
_AI_ACT = "https://eur-lex.europa.eu/eli/reg/2024/1689/oj"

RULES = (
    Rule(
        id="eu-ai-act-5-1-f",
        name="Artificial Intelligence Act, Article 5(1)(f): emotion inference in the workplace",
        citation="Regulation (EU) 2024/1689, Art. 5(1)(f)",
        places=_PLACES,
        in_force=date(2025, 2, 2),
        last_checked=_CHECKED,
        source=_AI_ACT,
        # Employers established in the Union are bound wherever the position is, and so is whoever uses a result in it.
        reach=ANYBODY,
        stops=(
            Stop(
                (Modality.FACE,),
                "prohibited_in_eea",
                N_(
                    "Inferring emotion from facial expression is prohibited in recruitment in the EU and the EEA "
                    "(AI Act, Art. 5(1)(f)). It was not done."
                ),
            ),
            Stop(
                (Modality.SPEECH,),
                "prohibited_in_eea",
                N_(
                    "Inferring emotion from vocal expression is prohibited in recruitment in the EU and the EEA "
                    "(AI Act, Art. 5(1)(f)). It was not done."
                ),
            ),
        ),
        requires=(
            Requirement(
                Duty.PROHIBITION,
                N_("Infer no emotion from face or voice in recruitment, whatever the candidate agrees to."),
            ),
        ),
    ),
    Rule(
        id="eu-ai-act-50",
        name="Artificial Intelligence Act, Article 50: transparency",
        citation="Regulation (EU) 2024/1689, Art. 50",
        places=_PLACES,
        in_force=date(2026, 8, 2),
        last_checked=_CHECKED,
        source=_AI_ACT,
        reach=ANYBODY,
        requires=(
            Requirement(Duty.NOTICE, N_("Tell candidates, before they begin, that an AI system is involved."), 0),
        ),
    ),
    Rule(
        id="eu-ai-act-annex-iii",
        name="Artificial Intelligence Act, Annex III(4): high-risk systems in recruitment",
        citation="Regulation (EU) 2024/1689, Art. 26, 27, 86 and Annex III(4), as moved by Regulation (EU) 2026/1744",
        places=_PLACES,
        in_force=date(2027, 12, 2),
        last_checked=_CHECKED,
        source="https://eur-lex.europa.eu/eli/reg/2026/1744/oj",
        reach=ANYBODY,
        requires=(
            Requirement(Duty.NOTICE, N_("Tell candidates that a high-risk AI system is used."), 0),
            Requirement(Duty.HUMAN_REVIEW, N_("Have a trained person oversee the system and decide.")),
            Requirement(Duty.LOGS, N_("Keep the system's logs for at least six months."), 6),
            Requirement(Duty.RISK_ASSESSMENT, N_("Assess the impact on fundamental rights where Article 27 says so.")),
            Requirement(Duty.EXPLANATION, N_("Explain the system's part in a decision to whoever asks.")),
        ),
    ),
    Rule(
        id="eu-gdpr",
        name="General Data Protection Regulation",
        citation="Regulation (EU) 2016/679, Art. 9, 13, 15–17, 22 and 35",
        places=_PLACES,
        in_force=date(2018, 5, 25),
        last_checked=_CHECKED,
        source="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
        reach=ANYBODY,
        requires=(
            Requirement(Duty.NOTICE, N_("Give the information of Article 13 when data is collected."), 0),
            Requirement(Duty.ACCESS, N_("Give candidates a copy of their data within a month.")),
            Requirement(Duty.CORRECTION, N_("Correct wrong data without delay.")),
            Requirement(Duty.ERASE, N_("Erase data without delay, within a month at the latest."), 30),
            Requirement(Duty.HUMAN_REVIEW, N_("No decision is based on automated processing alone.")),
            Requirement(Duty.RISK_ASSESSMENT, N_("Assess the impact on data protection beforehand.")),
        ),
    ),
)
