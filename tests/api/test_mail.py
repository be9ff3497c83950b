"""Mail against real servers on loopback: encrypted where that is offered, never a password in the clear, never waiting for ever."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli import run
from api.complaints import InvalidSettings
from api.doctor import Verdict, diagnose
from api.mail import Letter, MailNotSent, MailServer, one_line
from api.sections import NotifySection, SmtpSection
from api.settings import load
from schemas.errors import ConfigurationError
from tests.api.mailboxes import PASSWORD, certificate_for, dripping_server, free_port, mailbox, needs_openssl
from tests.api.places import small_installation

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LETTER = Letter(subject="[klar] Größe", text="Zeile äöü €\n.\nEnde\n")
with_tls = pytest.mark.skipif(not needs_openssl, reason="mail over TLS is not tested: there is no openssl command to make a certificate")


def server(folder: Path, port: int, **more: Any) -> MailServer:
    own: Mapping[str, Any] = {key: more.pop(key) for key in ("patience", "conversation") if key in more}
    smtp = SmtpSection(**{"host": "127.0.0.1", "port": port, **more})
    notify = NotifySection(email="opendata@example.org", smtp=smtp)
    return MailServer(notify=notify, folder=folder, base_url="https://daten.example.org", **own)


def send(to: MailServer, letter: Letter = LETTER) -> None:
    with to.session() as post:
        post(letter, NOW)


@pytest.fixture
def password_file(tmp_path: Path) -> str:
    (tmp_path / "geheim").write_text(PASSWORD + "\n", encoding="utf-8")
    return "geheim"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_for(tmp_path_factory.mktemp("tls"), "127.0.0.1")


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As a city adds the authority of its own network."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    return certificate


def test_a_letter_arrives_as_it_was_written(tmp_path: Path) -> None:
    with mailbox() as box:
        send(server(tmp_path, box.port))

    (mail,) = box.mails
    assert (mail["Subject"], mail["From"], mail["To"]) == ("[klar] Größe", "opendata@example.org", "opendata@example.org")
    assert (mail["Date"], mail["Auto-Submitted"]) == ("Sun, 22 Nov 2026 04:00:00 +0000", "auto-generated")
    assert box.texts() == ["Zeile äöü €\n.\nEnde\n"]
    assert box.encrypted == [False]


@with_tls
def test_the_line_is_encrypted_where_the_server_offers_it(trusted: Path, tmp_path: Path) -> None:
    with mailbox(certificate=trusted) as box:
        send(server(tmp_path, box.port))

    assert box.encrypted == [True]


@with_tls
def test_login_goes_over_the_encrypted_line(trusted: Path, tmp_path: Path, password_file: str) -> None:
    with mailbox(certificate=trusted, login="klar") as box:
        send(server(tmp_path, box.port, user="klar", password_file=password_file))

    assert len(box.mails) == 1


@with_tls
def test_without_login_a_server_that_wants_one_gets_no_letter(trusted: Path, tmp_path: Path) -> None:
    with mailbox(certificate=trusted, login="klar") as box, pytest.raises(MailNotSent, match=r"530"):
        send(server(tmp_path, box.port))

    assert box.mails == []


@with_tls
def test_a_wrong_password_is_said_without_repeating_it(trusted: Path, tmp_path: Path, password_file: str) -> None:
    (tmp_path / password_file).write_text("falsch-" + PASSWORD, encoding="utf-8")

    with mailbox(certificate=trusted, login="klar") as box, pytest.raises(MailNotSent, match=r"Anmeldung nicht an \(535\)") as caught:
        send(server(tmp_path, box.port, user="klar", password_file=password_file))

    assert PASSWORD not in str(caught.value)
    assert caught.value.__suppress_context__


@with_tls
def test_a_certificate_nobody_vouches_for_ends_it(certificate: Path, tmp_path: Path) -> None:
    with mailbox(certificate=certificate) as box, pytest.raises(MailNotSent, match="Zertifikat"):
        send(server(tmp_path, box.port))

    assert box.mails == []


@with_tls
def test_a_certificate_for_another_address_ends_it(trusted: Path, tmp_path: Path) -> None:
    with mailbox(host="127.0.0.2", certificate=trusted) as box, pytest.raises(MailNotSent, match="Zertifikat"):
        send(server(tmp_path, box.port, host="127.0.0.2"))

    assert box.mails == []


def test_a_password_never_leaves_this_machine_unencrypted(tmp_path: Path, password_file: str) -> None:
    """127.0.0.2 stands for another machine: only the usual names of this one count as this one."""
    with mailbox(host="127.0.0.2") as box, pytest.raises(MailNotSent, match="nicht unverschlüsselt") as caught:
        send(server(tmp_path, box.port, host="127.0.0.2", user="klar", password_file=password_file))

    assert PASSWORD not in str(caught.value)
    assert box.mails == []


@pytest.mark.parametrize("content", [None, b"", b"\n", "pässwort".encode(), b"\xff"], ids=["missing", "empty", "blank", "umlaut", "binary"])
def test_a_password_that_cannot_be_read_is_a_mistake_in_the_configuration(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "geheim").write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"\[notify.smtp\]"):
        send(server(tmp_path, free_port(), user="klar", password_file="geheim"))


def test_a_server_that_is_down_is_said(tmp_path: Path) -> None:
    with pytest.raises(MailNotSent, match="nimmt keine Verbindung an"):
        send(server(tmp_path, free_port()))


def test_a_server_nobody_knows_is_said(tmp_path: Path) -> None:
    with pytest.raises(MailNotSent, match="nicht erreichbar"):
        send(server(tmp_path, 25, host="post.invalid"))


def test_a_server_that_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    with dripping_server(gap=30) as port, pytest.raises(MailNotSent, match="nicht rechtzeitig"):
        send(server(tmp_path, port, patience=0.2))


def test_a_server_that_drips_bytes_is_not_waited_for(tmp_path: Path) -> None:
    """Each byte comes within the patience for one answer; the conversation as a whole has an end, too."""
    with dripping_server(gap=0.05) as port, pytest.raises(MailNotSent, match="nicht rechtzeitig"):
        send(server(tmp_path, port, patience=5, conversation=0.4))


def test_a_server_that_refuses_is_said_by_number_only(tmp_path: Path) -> None:
    with mailbox() as box:
        box.refuse = True
        with pytest.raises(MailNotSent, match=r"abgelehnt \(451\)") as caught:
            send(server(tmp_path, box.port))

    assert "Speicher" not in str(caught.value)


def test_checking_a_server_sends_nothing(tmp_path: Path) -> None:
    with mailbox() as box:
        server(tmp_path, box.port).check()

    assert (box.connections, box.mails) == (1, [])


def test_without_a_server_in_the_configuration_mail_goes_to_this_machine() -> None:
    assert MailServer(notify=NotifySection(email="a@example.org"), folder=Path(), base_url="http://127.0.0.1:8000").notify.smtp is None


@given(st.text(st.characters() | st.sampled_from("\r\n\x0b\x0c\x85\u2028\u2029\x00")))
def test_no_title_breaks_out_of_its_line(text: str) -> None:
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert all(each.isprintable() for each in line)


@pytest.mark.parametrize("evil", ["\r\nBcc: dritte@example.net", "\nBcc: x@example.net\n\nText", "\u2028Bcc: x@example.net", "\x85Bcc: x"])
def test_no_title_adds_a_header(tmp_path: Path, evil: str) -> None:
    with mailbox() as box:
        send(server(tmp_path, box.port), Letter(subject=f"Quelle{evil}", text="Text\n"))

    (mail,) = box.mails
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("Quelle Bcc:")
    assert sorted(mail.keys()) == sorted(
        ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
        + [each for each in mail if each.startswith("X-")]
    )


# --- klar doctor and the configuration -------------------------------------------------------------------------------------------


def configured(folder: Path, smtp: str) -> Path:
    config = small_installation(folder / "stadt")
    with config.open("a", encoding="utf-8") as file:
        file.write(f'\n[notify]\nemail = "opendata@example.org"\n[notify.smtp]\n{smtp}\n')
    return config


def verdict(config: Path, *, mail: bool) -> tuple[Verdict, str]:
    (found,) = (each for each in diagnose(load(config, {}), mail=mail) if each.name == "mail")
    return found.verdict, found.message


def test_the_doctor_knocks_only_when_asked_and_sends_nothing(tmp_path: Path) -> None:
    with mailbox() as box:
        config = configured(tmp_path, f'host = "127.0.0.1"\nport = {box.port}')

        assert verdict(config, mail=False) == (
            Verdict.OK,
            "Der Mailserver ist eingerichtet (nicht abgefragt; klar doctor --mail fragt); Nachrichten gehen an opendata@example.org.",
        )
        assert box.connections == 0
        assert verdict(config, mail=True) == (Verdict.OK, "Der Mailserver nimmt Mail an; Nachrichten gehen an opendata@example.org.")
        assert (box.connections, box.mails) == (1, [])


def test_the_doctor_says_that_the_server_is_down(tmp_path: Path) -> None:
    config = configured(tmp_path, f'host = "127.0.0.1"\nport = {free_port()}')

    assert verdict(config, mail=False)[0] is Verdict.OK
    assert verdict(config, mail=True)[0] is Verdict.FAILURE


def test_the_doctor_misses_a_password_without_knocking(tmp_path: Path) -> None:
    config = configured(tmp_path, 'host = "127.0.0.1"\nuser = "klar"\npassword_file = "geheim"')

    found, message = verdict(config, mail=False)

    assert found is Verdict.FAILURE
    assert "password_file" in message


def test_a_user_without_a_password_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"\[notify\] smtp.user verlangt auch password_file"):
        load(configured(tmp_path, 'host = "127.0.0.1"\nuser = "klar"'), {})


def test_the_command_asks_the_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with mailbox() as box:
        run(["--config", str(configured(tmp_path, f'host = "127.0.0.1"\nport = {box.port}')), "doctor", "--mail"])

    assert "Der Mailserver nimmt Mail an" in " ".join(capsys.readouterr().out.split())
