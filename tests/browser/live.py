"""A whole Viva as its user has it, started by the launcher on a data folder and a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from webapp import create_app
from webapp.accounts.models import Role, User
from webapp.accounts.operations import enrol, first_organisation
from webapp.core.database import db, now
from webapp.interviews.models import Interview
from webapp.interviews.operations import create_invitation, invitation_url
from webapp.positions.operations import create_position
from webapp.questions import operations as sets
from webapp.questions.models import QuestionKind

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "correct horse battery staple"
#: Seconds within which ``./viva up`` must answer; generous, for machines that do other things beside.
START_LIMIT = 180


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Viva:
    """``start`` and ``stop`` it; the rest writes into its database what a test needs before it opens a page."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.output = home.with_name(f"{home.name}.out")
        self._app: Flask | None = None
        self._count = 0

    @property
    def app(self) -> Flask:
        """The application on the same data folder, in this process: for ``with viva.app.app_context(): …``."""
        if self._app is None:
            self._app = create_app({"HOME": self.home, "PUBLIC_URL": self.url})
        return self._app

    def start(self, **settings: str) -> None:
        """Start it and wait until it answers; ``settings`` are environment variables.

        Raises RuntimeError with its own words where it does not.
        """
        command = [sys.executable, str(ROOT / "viva"), "up", "--data", str(self.home), "--port", str(self.port)]
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "--no-demo"],
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, **settings},
            )
        deadline = time.monotonic() + START_LIMIT
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"./viva up did not start:\n{self.output.read_text('utf-8', 'replace')[-4000:]}")
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:  # noqa: S310
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Stop every process and wait for it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
            self.process = None

    def logs(self) -> str:
        """The last lines of every log, for a test that fails."""
        return "\n".join(
            f"== {path.name}\n{path.read_text('utf-8', 'replace')[-2000:]}"
            for path in sorted(self.home.glob("logs/*.log"))
        )

    def person(self, role: Role) -> str:
        """Add somebody with PASSWORD; returns their email address."""
        self._count += 1
        email = f"{role.value}{self._count}@viva.example"
        with self.app.app_context():
            user = User(role=role, name=f"{role.value.title()} {self._count}", email=email)
            user.organisation_id = first_organisation().id
            user.set_password(PASSWORD)
            enrol(user)
            db.session.commit()
        return email

    def invitation(self, country: str = "CA", kinds: str = "video video text", **question: Any) -> str:
        """Make a published set with ``kinds`` of questions, a position and an invitation; returns its link.

        ``question`` sets columns of every question (``think_seconds=0`` by default, ``limit_seconds``, …).
        """
        email = self.person(Role.ADMIN)
        with self.app.app_context():
            by = db.session.query(User).filter_by(email=email).one()
            chosen = sets.create_set(title="First conversation", introduction="", by=by)
            for position, kind in enumerate(kinds.split(), 1):
                columns = {"think_seconds": 0, "limit_seconds": 60, "takes_allowed": 3, **question}
                prompt = f"Question {position}: tell us something."
                sets.add_question(
                    chosen, kind=QuestionKind(kind), prompt=prompt, rubric="An example.", by=by, **columns
                )
            sets.publish(chosen, by=by)
            city = {"CA": "Montréal", "FR": "Lyon"}[country]
            position = create_position(title="Support engineer", city=city, country=country, by=by)
            invitation = create_invitation(
                position=position,
                question_set=chosen,
                name="Kim Tremblay",
                email="kim@viva.example",
                deadline=now() + timedelta(days=7),
                by=by,
            )
            db.session.commit()
            return invitation_url(invitation)

    def interviews(self) -> list[str]:
        """The ids of all interviews, oldest first."""
        with self.app.app_context():
            return list(db.session.scalars(db.select(Interview.id).order_by(Interview.started_at)))
