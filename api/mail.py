"""Sending mail through the city's own server.

Encrypted where the server offers it: STARTTLS, or TLS from the first byte on port 465; the certificate is checked against the
system's authorities (`SSL_CERT_FILE` adds one of the city's own). A password never goes out unencrypted, except to this machine.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import urlsplit

from api.sections import NotifySection, SmtpSection
from schemas.errors import ConfigurationError, KlarError

#: Seconds to wait for each answer of the server, and for the whole conversation: one that drips bytes must not hold a harvest up.
PATIENCE, CONVERSATION = 10.0, 60.0
_TLS_FROM_THE_START = 465
#: Without [notify.smtp]: the mail server on this machine.
_THIS_MACHINE = SmtpSection(host="localhost")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class MailNotSent(KlarError):
    """A mail could not be sent."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Plain text; line breaks and other control characters of the subject become spaces, so that none adds a header."""

    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where mail goes out and to whom. `folder`: what `password_file` is relative to; `base_url`: its host is the name we give."""

    notify: NotifySection
    folder: Path
    base_url: str
    patience: float = PATIENCE
    conversation: float = CONVERSATION

    @contextmanager
    def session(self) -> Iterator[Callable[[Letter, datetime], None]]:
        """One conversation: yields what sends a letter, dated. Raises MailNotSent, ConfigurationError (no password to read)."""
        smtp = self.notify.smtp or _THIS_MACHINE
        password = _password(smtp, self.folder)
        with _errors_in_german(smtp), _connection(smtp, self) as connection:
            if smtp.user:
                connection.login(smtp.user, password)

            def send(letter: Letter, at: datetime) -> None:
                connection.send_message(_message(letter, self.notify.email, at), self.notify.email, [self.notify.email])

            yield send

    def require_password(self) -> None:
        """Raises ConfigurationError when the login that is configured cannot be read."""
        _password(self.notify.smtp or _THIS_MACHINE, self.folder)

    def check(self) -> None:
        """Say hello, encrypt and log in as for a letter, and send none. Raises MailNotSent, ConfigurationError."""
        with self.session():
            pass


class _Deadline:
    """Ends a conversation that takes too long, from another thread: a socket that is shut down wakes whoever waits for it."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, watched: socket.socket) -> None:
        self._socket = watched

    def cancel(self) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.passed = True
        if self._socket is not None:
            with suppress(OSError):  # closed meanwhile
                self._socket.shutdown(socket.SHUT_RDWR)


class _Plain(smtplib.SMTP):
    """smtplib with a deadline over all its answers together; its own timeout is for each read."""

    def __init__(self, host: str, port: int, *, name: str, timeout: float, deadline: _Deadline) -> None:
        self._deadline = deadline
        super().__init__(host, port, local_hostname=name, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened = socket.create_connection((host, port), timeout)
        self._deadline.watch(opened)
        return opened


class _Encrypted(_Plain):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = super()._get_socket(host, port, timeout)
        encrypted = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        self._deadline.watch(encrypted)
        return encrypted


@contextmanager
def _connection(smtp: SmtpSection, server: MailServer) -> Iterator[smtplib.SMTP]:
    deadline = _Deadline(server.conversation)
    kind = _Encrypted if smtp.port == _TLS_FROM_THE_START else _Plain
    try:
        connection = kind(smtp.host, smtp.port, name=_own_name(server.base_url), timeout=server.patience, deadline=deadline)
        try:
            _encrypt(connection, smtp, deadline)
            yield connection
            with suppress(OSError):  # what was to be sent has gone
                connection.quit()
        finally:
            connection.close()
    except OSError as error:
        if deadline.passed:
            raise TimeoutError from error
        raise
    finally:
        deadline.cancel()


def _encrypt(connection: smtplib.SMTP, smtp: SmtpSection, deadline: _Deadline) -> None:
    connection.ehlo_or_helo_if_needed()
    if smtp.port == _TLS_FROM_THE_START:
        return
    if connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
        if connection.sock is not None:
            deadline.watch(connection.sock)
        connection.ehlo_or_helo_if_needed()
    elif smtp.user and smtp.host not in _LOOPBACK:
        raise MailNotSent("Der Server bietet keine Verschlüsselung an (STARTTLS); das Passwort wird nicht unverschlüsselt gesendet.")


def _own_name(base_url: str) -> str:
    host = urlsplit(base_url).hostname or "localhost"
    if ":" in host:
        return f"[IPv6:{host}]"
    return f"[{host}]" if host.replace(".", "").isdigit() else host


def _password(smtp: SmtpSection, folder: Path) -> str:
    if not smtp.user:
        return ""
    path = folder / smtp.password_file
    try:
        password = path.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"[notify.smtp] password_file: {path} kann nicht gelesen werden.") from None
    if not (password and password.isascii() and smtp.user.isascii()):
        raise ConfigurationError("[notify.smtp]: user und Passwort müssen aus ASCII-Zeichen bestehen und dürfen nicht leer sein.")
    return password


def _message(letter: Letter, address: str, at: datetime) -> EmailMessage:
    """From the office's mailbox to the same one: servers refuse senders they do not know. Not to be answered by machines (RFC 3834)."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one_line(letter.subject)
    message["From"] = message["To"] = address
    message["Date"] = format_datetime(at)
    message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, cte="quoted-printable")
    return message


def one_line(text: str) -> str:
    """Without line breaks of any kind (Unicode's, too) and other signs that cannot be printed."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


@contextmanager
def _errors_in_german(smtp: SmtpSection) -> Iterator[None]:
    """What the server said is not repeated: it may quote the login."""
    where = f"{smtp.host}:{smtp.port}"
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise MailNotSent(f"{where} nimmt die Anmeldung nicht an ({error.smtp_code}).") from None
    except smtplib.SMTPNotSupportedError:
        raise MailNotSent(f"{where} kann die Anmeldung oder die Adresse nicht verarbeiten.") from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = ", ".join(str(code) for code, _ in error.recipients.values())
        raise MailNotSent(f"{where} nimmt keine Mail an die Adresse aus [notify] email an ({codes}).") from None
    except smtplib.SMTPResponseException as error:
        raise MailNotSent(f"{where} hat abgelehnt ({error.smtp_code}).") from None
    except ssl.SSLCertVerificationError:
        raise MailNotSent(f"Das Zertifikat von {where} ist nicht gültig oder auf einen anderen Namen ausgestellt.") from None
    except TimeoutError:
        raise MailNotSent(f"{where} antwortet nicht rechtzeitig.") from None
    except smtplib.SMTPServerDisconnected:
        raise MailNotSent(f"{where} hat die Verbindung abgebrochen oder antwortet nicht rechtzeitig.") from None
    except ConnectionRefusedError:
        raise MailNotSent(f"{where} nimmt keine Verbindung an.") from None
    except OSError as error:  # smtplib's other errors are of this kind, too
        raise MailNotSent(f"{where} ist nicht erreichbar ({type(error).__name__}).") from None
