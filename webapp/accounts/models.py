"""People with an account."""

from __future__ import annotations

import enum
import hashlib
import secrets
from datetime import datetime

from argon2 import PasswordHasher
from flask_login import UserMixin
from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from webapp.accounts import hashing
from webapp.core.database import Model, UtcDateTime, enum_type, new_id, now
from webapp.core.scoping import OfOrganisationOrNobody

#: The end of the made-up address of somebody who practises without an account (webapp/practice/guests.py). No mail
#: goes there (RFC 2606).
TEMPORARY = "@practice.invalid"
#: Argon2id with the library's parameters, which follow RFC 9106's second recommended option.
_hasher = PasswordHasher()
#: Verified against when the address is unknown, so that both cases take equally long.
_NOBODY = _hasher.hash("nobody has this password")


class Role(enum.StrEnum):
    """What a person may do. Each object is still checked by itself."""

    CANDIDATE = "candidate"
    #: Works in teams; what they may do there is their role in each (webapp/organisations).
    RECRUITER = "recruiter"
    ADMIN = "admin"
    #: Reviews what was shared by a link, and never signs in.
    GUEST = "guest"

    @property
    def is_staff(self) -> bool:
        """Whether these people work for an organisation."""
        return self in (Role.RECRUITER, Role.ADMIN)


class Organisation(Model):
    """Who hires. Each sees nothing of the others (webapp/core/scoping.py)."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: Whether everybody who works here signs in with a second step (second_step.py).
    second_step_required: Mapped[bool] = mapped_column(default=False, server_default=false())


class User(UserMixin, OfOrganisationOrNobody, Model):
    """A person with an account. Guests belong to no organisation; candidates to the one that added them."""

    __tablename__ = "users"
    #: The session by which this person was found (webapp/accounts/sessions.py); not stored.
    session_id = ""

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    #: Lower case; unique.
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    password_hash: Mapped[str] = mapped_column(String(200))
    #: A deactivated person keeps their history and cannot sign in.
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: The zone of the browser that was last used to sign in, for texts that no browser asks for; empty: not known.
    time_zone: Mapped[str] = mapped_column(String(64), default="", server_default="")
    #: The language that this person chose; empty: that of their browser.
    language: Mapped[str] = mapped_column(String(16), default="", server_default="")
    #: That of the pages when they signed in last, for mail to whoever chose none; empty: not known.
    last_language: Mapped[str] = mapped_column(String(16), default="", server_default="")

    @property
    def is_active(self) -> bool:
        return self.active

    @property
    def is_temporary(self) -> bool:
        """Whether this person has no account of their own: they practise by a link, and are forgotten after it."""
        return self.email.endswith(TEMPORARY)

    @property
    def home_endpoint(self) -> str:
        """Where this person's work is."""
        return {
            Role.CANDIDATE: "practice.index",
            Role.RECRUITER: "interviews.inbox",
            Role.ADMIN: "questions.index",
            Role.GUEST: "accounts.profile",
        }[self.role]

    @property
    def password_mark(self) -> str:
        """Changes with the password and says nothing about it: what was signed for an old password ends with it."""
        return hashlib.sha256(self.password_hash.encode()).hexdigest()[:16]

    def get_id(self) -> str:
        """What sessions and remember-me cookies hold; a new password, or the end of the session, ends all copies."""
        return f"{self.id}.{self.password_mark}.{self.session_id}"

    def set_password(self, password: str) -> None:
        self.password_hash = hashing.hashed(_hasher, password)

    def lock_password(self) -> None:
        """Give a password that nobody knows: the person sets their own by a link."""
        self.set_password(secrets.token_urlsafe(32))

    def check_password(self, password: str) -> bool:
        return check_password(self, password)


class UserSession(Model):
    """One browser in which somebody is signed in, until it ends."""

    __tablename__ = "user_sessions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    #: Where it began: a network address, and a browser in words.
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(80), default="")
    #: The hash of what this browser was given to be known again by; empty for sessions of before.
    device: Mapped[str] = mapped_column(String(64), default="", server_default="")
    #: Whether the person asked to stay signed in.
    remembered: Mapped[bool] = mapped_column(default=False)
    #: Whether more than a password was asked when it began (second_step.py).
    second_step: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    #: When it was used last, to some minutes, and when the password was given last.
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: When it ends at the latest, and when it was ended.
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def check_password(user: User | None, password: str) -> bool:
    """Whether ``password`` is ``user``'s; takes as long for nobody as for somebody."""
    return hashing.is_right(_hasher, user.password_hash if user else _NOBODY, password) and user is not None
