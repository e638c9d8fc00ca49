"""The United Kingdom."""

from __future__ import annotations

from datetime import date

from ml.core.messages import N_
from webapp.policy.rules import ANYBODY, Duty, Requirement, Rule

_CHECKED = date(2026, 11, 30)

RULES = (
    Rule(
        id="uk-gdpr",
        name="UK General Data Protection Regulation and Data Protection Act 2018",
        citation="UK GDPR, Art. 9, 13, 15–17 and 35; Data Protection Act 2018 (c. 12)",
        places=("GB",),
        in_force=date(2021, 1, 1),
        last_checked=_CHECKED,
        source="https://www.legislation.gov.uk/eur/2016/679/contents",
        reach=ANYBODY,
        requires=(
            Requirement(Duty.NOTICE, N_("Give the information of Article 13 when data is collected."), 0),
            Requirement(Duty.ACCESS, N_("Give candidates a copy of their data within a month.")),
            Requirement(Duty.CORRECTION, N_("Correct wrong data without delay.")),
            Requirement(Duty.ERASE, N_("Erase data without delay, within a month at the latest."), 30),
            Requirement(Duty.RISK_ASSESSMENT, N_("Assess the impact on data protection beforehand.")),
        ),
    ),
    Rule(
        id="uk-ico-recruitment",
        name="Information Commissioner's guidance on automated decisions in recruitment",
        citation="ICO, 31 March 2026, on UK GDPR Art. 22A–22D",
        places=("GB",),
        in_force=date(2026, 3, 31),
        last_checked=_CHECKED,
        source="https://ico.org.uk/for-organisations/",
        reach=ANYBODY,
        requires=(
            Requirement(
                Duty.HUMAN_REVIEW,
                N_("A person opens the answers before deciding, and can change the outcome."),
            ),
        ),
    ),
)
