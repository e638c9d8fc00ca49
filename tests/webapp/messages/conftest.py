"""A real mail server on 127.0.0.1, which notes what it takes and can be told to misbehave."""

from __future__ import annotations

import email
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask

from webapp.core.database import db
from webapp.messages import delivery
from webapp.messages.models import Channel, Message


@dataclass
class Taken:
    """One mail as it came over the wire."""

    sender: str
    recipient: str
    mail: EmailMessage

    @property
    def id(self) -> str:
        return str(self.mail["Message-ID"]).strip("<>").partition("@")[0]

    @property
    def text(self) -> str:
        return self.mail.get_body(("plain",)).get_content()

    @property
    def html(self) -> str:
        return self.mail.get_body(("html",)).get_content()


@dataclass
class Post:
    """What the server took, and what it says: an address or ``data`` → an answer other than 250."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    sessions: int = 0
    encrypted: list[bool] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if answer := self.says.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if answer := self.says.get("data"):
            return answer
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        mail = email.message_from_bytes(envelope.content, policy=default)
        self.taken.append(Taken(envelope.mail_from, envelope.rcpt_tos[0], mail))
        return "250 2.0.0 queued"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def serve() -> Iterator[Callable[..., Post]]:
    """Start a mail server: ``serve(login=("viva", "secret"))``; options are aiosmtpd's."""
    running: list[Controller] = []

    def start(*, login: tuple[str, str] | None = None, **options) -> Post:
        post = Post(free_port())

        def authenticate(_server, _session, _envelope, _mechanism, data) -> AuthResult:
            assert isinstance(data, LoginPassword)
            good = (data.login.decode(), data.password.decode()) == login
            post.logins.append(data.login.decode())
            return AuthResult(success=good, handled=False)

        if login:
            options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
        controller = Controller(post, hostname="127.0.0.1", port=post.port, enable_SMTPUTF8=True, **options)
        controller.start()
        running.append(controller)
        return post

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def post(app: Flask, serve) -> Post:
    """A mail server that the application uses."""
    post = serve()
    app.config.update(
        SMTP_HOST="127.0.0.1", SMTP_PORT=post.port, SMTP_SECURITY="none", SMTP_TIMEOUT=3.0,
        MAIL_FROM="Example Ltd <jobs@viva.test>", PUBLIC_URL="https://viva.test",
    )  # fmt: skip
    return post


@pytest.fixture
def deliver(app: Flask) -> Callable[[], list[Message]]:
    """Send what is due, as a worker does; all messages afterwards, the oldest first."""

    def run(channel: Channel = Channel.MAIL) -> list[Message]:
        db.session.commit()
        delivery.drain(channel)
        db.session.expire_all()
        query = db.select(Message).where(Message.channel == channel)
        return list(db.session.scalars(query.order_by(Message.created_at, Message.id)))

    return run


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for 127.0.0.1, and the file by which clients know it."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    chain, secret = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context, chain
