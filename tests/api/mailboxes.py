"""A real SMTP server on loopback, with or without encryption and login, and servers that are down or slow."""

import contextlib
import email
import email.policy
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "kennwort-kanarienvogel"
needs_openssl = shutil.which("openssl") is not None


@dataclass
class Mailbox:
    """What arrived. `refuse` makes the server say no to every letter from then on."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    connections: int = 0
    refuse: bool = False

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        self.connections += session.ssl is None
        session.host_name = hostname
        return responses

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse:
            return "451 Speicher voll"
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        self.mails.append(email.message_from_bytes(content, policy=email.policy.default))
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    def texts(self) -> list[str]:
        return [str(each.get_content()).replace("\r\n", "\n") for each in self.mails]

    def subjects(self) -> list[str]:
        return [str(each["Subject"]) for each in self.mails]


@contextlib.contextmanager
def mailbox(*, host: str = "127.0.0.1", certificate: Path | None = None, login: str = "", port: int = 0, **more: Any) -> Iterator[Mailbox]:
    """`login`: the one user, whose password is PASSWORD; only once the line is encrypted."""
    found = Mailbox(port=port or free_port(host))
    if certificate is not None:
        more["tls_context"] = context_of(certificate)
    if login:
        more |= {"auth_required": True, "authenticator": _authenticator(login)}
    controller = Controller(found, hostname=host, port=found.port, **more)
    controller.start()
    try:
        yield found
    finally:
        controller.stop()


def _authenticator(login: str) -> Any:
    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (login.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=good)

    return authenticate


def free_port(host: str = "127.0.0.1") -> int:
    with socket.create_server((host, 0)) as found:
        return int(found.getsockname()[1])


def certificate_for(folder: Path, name: str) -> Path:
    """A folder with cert.pem and key.pem for an address."""
    folder.mkdir(parents=True, exist_ok=True)
    where = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    what = ["-subj", "/CN=post", "-addext", f"subjectAltName=IP:{name}", "-days", "2"]
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*make, *where, *what], check=True, capture_output=True, timeout=30)
    return folder


def context_of(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@contextlib.contextmanager
def dripping_server(*, gap: float, greeting: bytes = b"220 post ESMTP") -> Iterator[int]:
    """Sends its greeting one byte at a time and never ends it. Yields the port."""
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)

        def serve() -> None:
            while not stopped.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                with connection, contextlib.suppress(OSError):
                    for place in range(10_000):
                        if stopped.is_set():
                            break
                        connection.sendall(greeting[place % len(greeting) :][:1])
                        time.sleep(gap)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            stopped.set()
            thread.join()
