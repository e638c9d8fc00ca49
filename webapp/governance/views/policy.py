"""What admins put on record for the policy, as a page."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.accounts.confirming import confirmed
from webapp.accounts.models import Role
from webapp.core.database import db
from webapp.core.security import require_role
from webapp.governance.forms import LAW, AttestationForm, AuditForm
from webapp.policy import Modality, operations
from webapp.policy.acts import RULES, VERSION
from webapp.policy.models import Attestation

blueprint = Blueprint("policy", __name__, url_prefix="/policy")


@blueprint.get("/")
@require_role(Role.ADMIN)
def show() -> str:
    """The rules that Viva knows, what was attested, and which audits there are."""
    return _page(AttestationForm(formdata=None), AuditForm(formdata=None))


@blueprint.post("/attestations")
@require_role(Role.ADMIN)
@confirmed
def attest() -> Response | tuple[str, int]:
    """Widen the policy in one place for one analysis, on somebody's word."""
    form = AttestationForm()
    if form.validate_on_submit():
        try:
            operations.attest(
                place=form.place.data,
                modality=Modality(form.modality.data),
                statement=form.statement.data,
                by=current_user,
            )
        except operations.PolicyError as error:
            form.statement.errors = [str(error)]
        else:
            db.session.commit()
            flash(_("Your attestation is on record, with your name and in the audit log."), "success")
            return redirect(url_for("policy.show"))
    return _page(form, AuditForm(formdata=None)), 422


@blueprint.post("/attestations/<attestation_id>/end")
@require_role(Role.ADMIN)
def end(attestation_id: str) -> Response:
    """Let an attestation hold no longer."""
    row = db.session.get(Attestation, attestation_id) or abort(404)
    operations.end_attestation(row, by=current_user)
    db.session.commit()
    flash(_("The attestation has ended. The analysis is off there from now on."), "success")
    return redirect(url_for("policy.show"))


@blueprint.post("/audits")
@require_role(Role.ADMIN)
def audit() -> Response | tuple[str, int]:
    """Put a bias audit on record."""
    form = AuditForm()
    if form.validate_on_submit():
        try:
            operations.record_audit(
                rule_id=LAW,
                audited_on=form.audited_on.data,
                auditor=form.auditor.data,
                summary_url=form.summary_url.data,
                first_used_on=form.first_used_on.data,
                by=current_user,
            )
        except operations.PolicyError as error:
            form.audited_on.errors = [str(error)]
        else:
            db.session.commit()
            flash(_("The audit is on record. It counts for a year from its day."), "success")
            return redirect(url_for("policy.show"))
    return _page(AttestationForm(formdata=None), form), 422


def _page(attestation: AttestationForm, audit: AuditForm) -> str:
    return render_template(
        "governance/policy.html",
        attestation_form=attestation,
        audit_form=audit,
        attestations=operations.attestations(),
        audits=operations.audits(),
        rules=sorted(RULES, key=lambda rule: (rule.places[0], rule.in_force)),
        version=VERSION,
    )
