"""Canada: Ontario and Quebec."""

from __future__ import annotations

from datetime import date

from ml.core.messages import N_
from webapp.policy.rules import ANYBODY, Duty, Reach, Requirement, Rule

_CHECKED = date(2026, 11, 30)

RULES = (
    Rule(
        id="ca-on-esa",
        name="Employment Standards Act, 2000, Part III.1: job postings",
        citation="S.O. 2000, c. 41, ss. 8.1–8.6; O. Reg. 476/24",
        places=("CA-ON",),
        in_force=date(2026, 1, 1),
        last_checked=_CHECKED,
        source="https://www.ontario.ca/laws/statute/00e41",
        reach=frozenset({Reach.POSITION}),
        staff=25,
        requires=(
            Requirement(Duty.POSTING, N_("Say in the public job posting that AI is used to assess applicants.")),
            Requirement(Duty.OUTCOME, N_("Tell the candidate the outcome within 45 days of the interview."), 45),
            Requirement(Duty.RECORDS, N_("Keep the posting and what the candidate was told for three years."), 3),
        ),
    ),
    Rule(
        id="ca-qc-law-25",
        name="Act respecting the protection of personal information in the private sector, as amended by Law 25",
        citation="CQLR c. P-39.1, ss. 3.3, 8, 12.1, 14, 27 and 28; S.Q. 2021, c. 25",
        places=("CA-QC",),
        in_force=date(2023, 9, 22),
        last_checked=_CHECKED,
        source="https://www.legisquebec.gouv.qc.ca/en/document/cs/p-39.1",
        reach=ANYBODY,
        requires=(
            Requirement(Duty.NOTICE, N_("Say, when data is collected, what for, by what means and which rights."), 0),
            Requirement(Duty.CONSENT, N_("Ask for express consent, separately for each purpose.")),
            Requirement(Duty.EXPLANATION, N_("Say which data and reasons led to an automated decision when asked.")),
            Requirement(Duty.HUMAN_REVIEW, N_("Let the candidate speak to a person who can review the decision.")),
            Requirement(Duty.ACCESS, N_("Give candidates a copy of their data within 30 days.")),
            Requirement(Duty.CORRECTION, N_("Correct wrong data.")),
            Requirement(Duty.RISK_ASSESSMENT, N_("Assess the impact on privacy beforehand.")),
        ),
    ),
)
