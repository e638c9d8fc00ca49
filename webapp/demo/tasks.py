"""The demonstration's candidates: a worker answers in their place, by the same steps as real ones."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="demo.answer", acks_late=True, time_limit=900, soft_time_limit=840)
def answer(invitation_id: str) -> None:
    """Answer one of the demonstration's invitations and submit, from wherever an earlier try was interrupted."""
    from webapp.demo.candidates import answer_invitation

    answer_invitation(invitation_id)
