"""No byte of an EUI, an address or a key in any file of the installation, however it is spelled."""

import base64
import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from catalog.plan import Outcome
from harvesters.lorawan.keeping import Keeping
from tests.harvesters.http.servers import Script, reply
from tests.harvesters.lorawan.servers import APP_KEY, ENVIRONMENT, SALT, Register, eui, stack_device, things_device
from tests.harvesters.sensors.installation import Installation, installed
from tests.shared import SHARED

FIXTURES = SHARED / "reference/sensors/fixtures/lorawan"
CHIRPSTACK: dict[str, Any] = {"server": "chirpstack", "salt_env": "LORAWAN_SALT", "key_is_read_only": True, "name_pattern": "kl-[a-z0-9-]+"}
TTS: dict[str, Any] = {"server": "tts", "salt_env": "LORAWAN_SALT", "applications": ["stadtklima"], "name_pattern": ".*"}


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def spellings(number: str) -> list[str]:
    """Of a hexadecimal number: both cases, with colons and dashes, as base64, and all of it in the other order of bytes."""
    found = []
    for octets in (bytes.fromhex(number), bytes.fromhex(number)[::-1]):
        plain = octets.hex()
        groups = [plain[at : at + 2] for at in range(0, len(plain), 2)]
        encoded = base64.b64encode(octets).decode().rstrip("=")
        found += [
            plain,
            ":".join(groups),
            "-".join(groups),
            " ".join(groups),
            encoded,
            base64.urlsafe_b64encode(octets).decode().rstrip("="),
        ]
    return [each for one in found for each in {one, one.upper(), one.lower()}]


def leaks(here: Installation, said: Iterable[str]) -> list[tuple[str, str]]:
    files = here.contents()
    return [(path.name, each) for path, content in files.items() for each in said if each.encode() in content]


def secrets_of(devices: list[dict[str, Any]]) -> list[str]:
    numbers = {text for each in devices for text in _texts(each) if _is_number(text)}
    plain = {"SOURCE_REGISTRY", "Mustermann", "Musterweg", "AXBSH1Pk6Z0G166RlH16CQ", "C0FFEE12", "03:17:42", "93.75", "GEHEIMERSCHLUESSEL"}
    return sorted({way for each in numbers for way in spellings(each)} | plain | {f"eui-{each.lower()}" for each in numbers} | {SALT})


def _texts(found: Any) -> list[str]:
    if isinstance(found, dict):
        return [text for each in found.values() for text in _texts(each)]
    if isinstance(found, list):
        return [text for each in found for text in _texts(each)]
    return [found] if isinstance(found, str) else []


def _is_number(text: str) -> bool:
    return len(text) in (8, 16, 32) and all(each in "0123456789abcdefABCDEF" for each in text) and set(text) != {"0"}


def tricky(number: int) -> dict[str, Any]:
    """Staff have written the number into texts that are read."""
    tags = {
        "publish": "true",
        "quantity": "temperature",
        "unit": "Cel",
        "dataset": f"Netz {eui(number)}",
        "model": f"LHT {eui(number)[8:]}",
    }
    return {"tags": tags, "attributes": tags, "name": f"kl-{eui(number).lower()}"}


Case = tuple[str, dict[str, Script], dict[str, Any], list[dict[str, Any]]]


def cases() -> list[Case]:
    stack = [
        stack_device(1),
        stack_device(2),
        stack_device(3, **tricky(3)),
        stack_device(4, tags={}),
        stack_device(5, variables={"key": APP_KEY}),
    ]
    things = [things_device(1), things_device(2), things_device(3, **tricky(3)), things_device(4, attributes={})]
    shared: list[Case] = [
        ("chirpstack", Register(stack).chirpstack, CHIRPSTACK, stack),
        ("tts", Register(things).things_stack, TTS, things),
    ]
    return shared + ([("real", Register(real()).things_stack, TTS, real())] if FIXTURES.is_dir() else [])


def real() -> list[dict[str, Any]]:
    """Payloads with published test keys, opened for publication."""
    found: list[dict[str, Any]] = []
    for path in sorted(FIXTURES.glob("tts-*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        many = content if isinstance(content, list) else [content.get("end_device", content)]
        found += [{**each, "attributes": {"publish": "true", "quantity": "temperature"}} for each in many]
    return [each if "ids" in each else {**each, "ids": each["end_device_ids"]} for each in found]


@pytest.mark.parametrize("case", cases(), ids=lambda each: str(each[0]))
def test_no_file_no_log_and_no_message_holds_an_identifier_or_a_key(case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _, routes, options, devices = case
    caplog.set_level(logging.DEBUG)
    with installed(tmp_path, routes, kind="lorawan", options=options, token_env="LORAWAN_TOKEN") as here:
        run = here.run()
        assert run.outcome in (Outcome.OK, Outcome.PARTIAL), "a device in Berlin is misplaced, and costs only itself"
        assert run.counts["created"] >= 2
        assert leaks(here, secrets_of(devices)) == []
        assert not [each for each in secrets_of(devices) if each in caplog.text + repr(run)]


@pytest.mark.parametrize("case", cases(), ids=lambda each: str(each[0]))
def test_without_the_filter_they_would_be_found(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, routes, options, devices = case
    monkeypatch.setattr(Keeping, "page", lambda self, content, address, offset: content)
    with installed(tmp_path, routes, kind="lorawan", options=options, token_env="LORAWAN_TOKEN") as here:
        with pytest.raises(KeyError):  # nothing that reads the register can do with what it was not made for
            here.run()
        assert leaks(here, [devices[0]["ids"]["dev_eui"] if "ids" in devices[0] else devices[0]["devEui"]])


@pytest.mark.parametrize("broken", ['{"totalCount": 1, "result": [{"devEui": "70b3d57ed8000001", ', '[{"devEui": "70b3d57ed8000001"}]'])
def test_an_answer_that_nobody_can_read_is_quoted_nowhere(broken: str, tmp_path: Path) -> None:
    routes = {**Register([]).chirpstack, "/api/devices": reply(broken, Content_Type="application/json")}
    with installed(tmp_path, routes, kind="lorawan", options=CHIRPSTACK, token_env="LORAWAN_TOKEN") as here:
        run = here.run()
        assert run.outcome is Outcome.FAILED
        assert "70b3d57ed8000001" not in repr(run)
        assert leaks(here, spellings("70b3d57ed8000001")) == []
