"""The technical file: Annex IV's headings of the AI Act, records of processing (GDPR, Art. 30) and drafts of the impact
assessments, made of the models' cards, this registry, the policy and what is kept here. In English, as Markdown.
What only the organisation knows is marked TO FILL IN."""

from __future__ import annotations

import sqlalchemy as sa

from webapp.accounts.models import Organisation
from webapp.analysis.models import Analysis
from webapp.core.database import db, now
from webapp.core.personal_data import Kept, holdings
from webapp.notices import keeping
from webapp.organisations.models import OrganisationProfile
from webapp.policy.acts import RULES, VERSION
from webapp.registry import drift
from webapp.registry.cards import Card, cards

FILL_IN = "TO FILL IN"
#: Annex IV of Regulation (EU) 2024/1689, by number.
ANNEX_IV = (
    "1. General description of the AI system",
    "2. Elements of the AI system and process for its development",
    "3. Monitoring, functioning and control",
    "4. Appropriateness of the performance metrics",
    "5. Risk management system",
    "6. Relevant changes made through the lifecycle",
    "7. Harmonised standards applied",
    "8. EU declaration of conformity",
    "9. Post-market monitoring",
)


def text(organisation: Organisation) -> str:
    """The whole file for one organisation."""
    models = cards()
    parts = [
        f"# Technical file: Viva at {organisation.name}\n\nMade on {now():%Y-%m-%d} from the models' cards, the "
        f"registry, the policy (version {VERSION}) and the database. What is marked {FILL_IN} only you know.",
        *(f"## {heading}\n\n{body}" for heading, body in zip(ANNEX_IV, _annex(organisation, models), strict=True)),
        "## Records of processing activities (GDPR, Art. 30)\n\n" + _processing(organisation),
        "## Draft: data protection and fundamental rights impact assessment\n\n" + _impact(),
    ]
    return "\n\n".join(parts) + "\n"


def _annex(organisation: Organisation, models: list[Card]) -> list[str]:
    counts = dict(db.session.execute(
        sa.select(Analysis.model_version, sa.func.count()).where(Analysis.model_version.is_not(None))
        .group_by(Analysis.model_version)
    ).all())  # fmt: skip
    listed = "\n".join(f"- {card.name}, version {card.version}, SHA-256 {card.sha256[:16]}…" for card in models)
    purpose = (
        "Viva records interviews and, where the policy of the place allows it and the candidate agrees, describes "
        "answers: words (five personality traits), voice and face (expression). People decide; no output ranks, "
        "advances or rejects anybody.\n\n" + listed
    )
    development = "\n\n".join(f"### {card.name}\n\n{_development(card)}" for card in models)
    drifting = [f"- {each.modality.value}, {each.side} {each.name}: {each.state}" for each in drift.drifts()]
    oversight = (
        "Human oversight: decisions are made by people who opened the answers, with a reason; scorecards come before "
        "readings; a second person approves where a position says so. Logs: the hash-chained audit log.\n\n"
        "Drift of inputs and outputs (population stability index):\n\n" + "\n".join(drifting)
    )
    metrics = "\n\n".join(f"### {card.name}\n\n{_figures(card)}" for card in models)
    risks = "\n\n".join(f"### {card.name}\n\n{card.limits or FILL_IN}" for card in models if card.limits)
    changes = (
        "\n".join(f"- version {version}: {count} analyses" for version, count in sorted(counts.items())) or "None yet."
    )
    return [
        purpose, development, oversight, metrics, risks or FILL_IN, changes,
        f"None is claimed. {FILL_IN}", f"{FILL_IN} (the provider's declaration)",
        "Drift is computed daily; bias reports quarterly; faults are logged and shown on the health page.",
    ]  # fmt: skip


def _development(card: Card) -> str:
    data, licence = card.data.get("data") or card.data.get("source") or FILL_IN, card.data.get("licence") or FILL_IN
    uses = f"\n\nUses:\n\n{card.uses}" if card.uses else ""
    return f"Data: {data}\n\nLicence: {licence}{uses}"


def _figures(card: Card) -> str:
    return "\n".join(f"- {path}: {value}" for path, value in card.figures()[:60]) or FILL_IN


def _processing(organisation: Organisation) -> str:
    profile = db.session.get(OrganisationProfile, organisation.id)
    contact = f"{profile.contact_name} {profile.contact_email}".strip() if profile else ""
    tables: dict[Kept, list[str]] = {kept: [] for kept in Kept}
    for each in holdings():
        tables[each.kept].append(each.table.name.replace("_", " "))
    terms = keeping.terms("", organisation.id)
    lines = [
        f"- Controller: {organisation.name}; contact: {contact or FILL_IN}",
        "- Purpose: interviewing candidates and deciding about positions",
        "- Data subjects: candidates, people who work here, guests",
        f"- Recipients: people of the hiring team, guests with a link, receivers of webhooks; {FILL_IN}",
        f"- Transfers to third countries: none by Viva itself; {FILL_IN}",
        "- Security: see the threat model in docs/security",
    ]
    lines += [
        f"- {kept.value}: {', '.join(sorted(names))}. {keeping.in_words(kept, terms[kept])}"
        for kept, names in tables.items()
    ]
    return "\n".join(lines)


def _impact() -> str:
    acts = "\n".join(f"- {rule.name} ({rule.citation})" for rule in RULES)
    return (
        f"Necessity and proportionality: {FILL_IN}. Each is agreed to by itself; refusing costs nothing.\n\n"
        "Risks to candidates, and what is done about them:\n\n"
        "- inferring emotion where it is prohibited: off in the EU and the EEA, by the policy at three points\n"
        "- unequal treatment: bias reports with intervals; scoring guides; blind review\n"
        "- errors of models: uncertainty beside each number, no number where there is not enough data\n"
        "- disclosure: roles in teams, organisations apart, audit log, erasure within seven days\n"
        f"- {FILL_IN}\n\nWho was consulted: {FILL_IN}\n\nActs that the policy knows:\n\n{acts}"
    )
