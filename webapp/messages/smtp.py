"""One connection to the mail server, kept for several messages."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import current_app

from ml.core.messages import N_
from webapp.core.mail import domain
from webapp.messages.delivery import Away, NotNow, Refused

#: Messages by one connection, and seconds that one may take in all, however slowly the server drips.
BY_ONE, LONGEST = 100, 120.0
#: Ports by kind of security.
PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class Letter:
    """What goes over the wire: from which address, to which, and the mail itself."""

    sender: str
    recipient: str
    content: bytes
    #: Whether an address needs SMTPUTF8.
    unicode: bool = False


class Relay:
    """Hands letters to the mail server. Every failure is one of delivery's."""

    def __init__(self) -> None:
        config = current_app.config
        self.host, self.security = config["SMTP_HOST"], config["SMTP_SECURITY"]
        self.port = config["SMTP_PORT"] or PORTS[self.security]
        self.login = config["SMTP_USERNAME"], config["SMTP_PASSWORD"]
        self.timeout = config["SMTP_TIMEOUT"]
        self.name = domain()
        self._connection: smtplib.SMTP | None = None
        self._sent = 0

    def send(self, letter: Letter) -> str:
        """Hand a letter over; the server's answer. Raises Refused, NotNow and Away."""
        if self._connection is not None and self._sent >= BY_ONE:
            self.close()
        fresh = self._connection is None
        with self._told():
            try:
                connection = self._begin(letter)
            except (smtplib.SMTPServerDisconnected, ConnectionError):
                self.close()
                if fresh:
                    raise
                connection = self._begin(letter)  # it had closed an idle connection; nothing was sent by it
            return self._hand_over(connection, letter)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong on the way, as one of delivery's failures; a server that drips a byte now and then is ended.

        The connection goes on after a refusal, and ends after everything else.
        """
        watch = threading.Timer(max(LONGEST, 2 * self.timeout), self._cut)
        watch.daemon = True
        watch.start()
        try:
            yield
        except Away:
            self.close()
            raise
        except Refused as failure:
            self.reset()
            if failure.code == "sender_refused":
                raise Away(failure.code, failure.reason, failure.answer) from None
            raise
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            raise Away("login", LOGIN, _words(error.smtp_code, error.smtp_error)) from None
        except ssl.SSLError:
            self.close()
            raise Away("certificate", CERTIFICATE) from None
        except (OSError, UnicodeError):  # smtplib's own errors are OSErrors
            self.close()
            raise Away("away", AWAY % {"host": self.host}) from None
        finally:
            watch.cancel()

    def _cut(self) -> None:
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def _open(self) -> smtplib.SMTP:
        """A connection that is encrypted and signed in as the settings say."""
        context = ssl.create_default_context()
        options: dict[str, Any] = {"timeout": self.timeout, "local_hostname": self.name}
        if self.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, context=context, **options)
        else:
            connection = smtplib.SMTP(self.host, self.port, **options)
        self._connection = connection
        if self.security == "starttls":
            connection.ehlo()
            if not connection.has_extn("starttls"):
                raise Away("no_tls", NO_TLS % {"host": self.host})
            connection.starttls(context=context)
        connection.ehlo_or_helo_if_needed()
        if self.login[0]:
            if self.security == "none" and not _is_this_machine(self.host):
                raise Away("no_tls", CLEAR)
            connection.login(*self.login)
        return connection

    def _begin(self, letter: Letter) -> smtplib.SMTP:
        """Say from whom and to whom. Raises Refused and NotNow by the server's answers."""
        connection = self._connection or self._open()
        options = ["SMTPUTF8", "BODY=8BITMIME"] if letter.unicode and connection.has_extn("smtputf8") else []
        code, text = connection.mail(letter.sender, options)
        _check(code, text, "sender_refused", SENDER_REFUSED)
        code, text = connection.rcpt(letter.recipient)
        _check(code, text, "bounced", RECIPIENT_REFUSED)
        return connection

    def _hand_over(self, connection: smtplib.SMTP, letter: Letter) -> str:
        try:
            code, text = connection.data(letter.content)
        except (smtplib.SMTPServerDisconnected, ConnectionError):
            self.close()
            raise NotNow("cut_off", N_("The mail server ended the connection in the middle of this message.")) from None
        except smtplib.SMTPDataError as error:  # it does not even want to begin
            code, text = error.smtp_code, str(error.smtp_error).encode()
        _check(code, text, "content_refused", CONTENT_REFUSED)
        self._sent += 1
        return _words(code, text)

    def reset(self) -> None:
        """Forget what was begun; the connection goes on."""
        if self._connection is not None:
            try:
                self._connection.rset()
            except (OSError, smtplib.SMTPException):
                self.close()

    def close(self) -> None:
        """End the connection."""
        connection, self._connection, self._sent = self._connection, None, 0
        if connection is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                connection.close()


AWAY = N_("The mail server %(host)s does not answer. Messages go out once it does.")
NO_TLS = N_("The mail server %(host)s offers no encryption (STARTTLS), so nothing was sent. See VIVA_SMTP_SECURITY.")
CLEAR = N_("A password would travel unencrypted, so nothing was sent. See VIVA_SMTP_SECURITY.")
LOGIN = N_("The mail server does not accept the name or the password. See VIVA_SMTP_USERNAME.")
CERTIFICATE = N_("The mail server's certificate cannot be verified, so nothing was sent.")
SENDER_REFUSED = N_("The mail server does not accept our address as the sender's. See VIVA_MAIL_FROM.")
RECIPIENT_REFUSED = N_("This address does not take mail. Check it, and correct it if it is wrong.")
CONTENT_REFUSED = N_("The mail server refused this message.")


def _check(code: int, text: bytes | str, refused: str, reason: str) -> None:
    """Raise what an answer of the server means; nothing where it agrees."""
    if code in (250, 251):
        return
    if code == 421:
        raise smtplib.SMTPServerDisconnected(_words(code, text))
    if 400 <= code < 500:
        raise NotNow("put_off", N_("The mail server asks to try again later."), _words(code, text))
    raise Refused(refused, reason, _words(code, text))


def _words(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(said.split())}"[:500]


def _is_this_machine(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"}
