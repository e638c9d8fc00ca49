"""All pages of administration, in the order in which somebody sets up an installation, each with what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

Text = Any  # a lazy text of Flask-Babel


@dataclass(frozen=True)
class Page:
    """One page: its endpoint, its name, and a sentence on what it does."""

    endpoint: str
    name: Text
    does: Text


SECTIONS: tuple[tuple[Text, tuple[Page, ...]], ...] = (
    (
        _l("Your organisation"),
        (
            Page(
                "organisation.settings", _l("Organisation"), _l("Its name, whom candidates ask, and your public page.")
            ),
            Page(
                "employer.edit",
                _l("What candidates see"),
                _l("Logo, colour, welcome text, your rule on AI programs, and which help is granted at once."),
            ),
            Page("organisations.index", _l("Teams"), _l("Who works together, and what each may do in a team.")),
            Page(
                "accounts.people",
                _l("People"),
                _l("Accounts: add somebody, change a role, deactivate, reset a second step."),
            ),
            Page("accounts.rules", _l("Sign-in rules"), _l("Whether everybody needs a second step to sign in.")),
            Page(
                "identity.index",
                _l("Single sign-on and directory"),
                _l("Let people sign in with your company's account, and let your directory keep the list of people."),
            ),
        ),
    ),
    (
        _l("Law and data"),
        (
            Page(
                "policy.show",
                _l("Policy"),
                _l("Which analyses may run where, with the act that says so; attestations and bias audits."),
            ),
            Page(
                "erasing.keeping",
                _l("Retention"),
                _l("After how many days recordings, readings and records go, everywhere or at a place."),
            ),
            Page(
                "ledger.show",
                _l("Consents"),
                _l("What candidates were told, agreed to and signed, in which words and when."),
            ),
            Page(
                "fairness.index",
                _l("Bias reports"),
                _l("Who is chosen, by sex, race and ethnicity, as candidates said themselves."),
            ),
            Page(
                "governance.audit",
                _l("Audit log"),
                _l("Who saw, changed, exported and decided what; proof that nothing was altered."),
            ),
        ),
    ),
    (
        _l("Models"),
        (
            Page(
                "registry.index",
                _l("Models"),
                _l("Versions, data, licences and figures; switch a version on or off, and see whether results drift."),
            ),
            Page(
                "registry.technical",
                _l("Technical file"),
                _l("The document that the EU's AI Act asks for, with what you still have to fill in."),
            ),
            Page("registry.licences", _l("Licences"), _l("Every package that Viva is made of.")),
        ),
    ),
    (
        _l("Mail and other programs"),
        (
            Page("messages.index", _l("Messages"), _l("Every mail, whether it arrived, and why not; send a test.")),
            Page("messages.wordings", _l("Wordings"), _l("Say each mail in your own words.")),
            Page("integrations.index", _l("Webhooks"), _l("Tell another program what happens here.")),
            Page(
                "ats.index",
                _l("Applicant tracking systems"),
                _l("Let Greenhouse, Ashby or another system order interviews, and hear when they are done."),
            ),
            Page(
                "api_keys.index", _l("API keys"), _l("Let another program do things here, within what its key allows.")
            ),
        ),
    ),
    (
        _l("The installation"),
        (
            Page(
                "health.health",
                _l("Health"),
                _l("Whether every part works, how much work waits, and how much room is left."),
            ),
            Page(
                "health.storage",
                _l("Storage"),
                _l("How much room recordings, copies, files and the database take up."),
            ),
            Page(
                "health.settings",
                _l("Settings of the installation"),
                _l("What whoever runs the machine can set, with a sentence on each."),
            ),
        ),
    ),
)
