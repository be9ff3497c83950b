"""What a register of devices gives, and to whom it is not even asked."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.plan import Outcome
from harvesters.harvester import SourceConfig
from harvesters.http.credentials import Secret
from harvesters.http.faults import HttpError
from harvesters.lorawan.salt import Salt, plain_eui, says, says_number
from harvesters.registry import harvester_of
from schemas.errors import ConfigurationError, SourceError
from tests.harvesters.http.servers import reply
from tests.harvesters.lorawan.servers import APPLICATION, ENVIRONMENT, SALT, TOKEN, Register, eui, stack_device, things_device
from tests.harvesters.sensors.installation import installed
from tests.harvesters.walked import Walked, walked

CHIRPSTACK: dict[str, Any] = {"server": "chirpstack", "salt_env": "LORAWAN_SALT", "key_is_read_only": True, "smallest_layer": 1}
TTS: dict[str, Any] = {"server": "tts", "salt_env": "LORAWAN_SALT", "applications": ["stadtklima"], "smallest_layer": 1}
KEYS = {number: Salt(Secret(SALT)).id_of("eui", eui(number).lower()) for number in range(1, 10)}


@pytest.fixture(autouse=True)
def _salt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LORAWAN_SALT", SALT)


def chirpstack(register: Register, folder: Path, **options: Any) -> Walked:
    return walked(register.chirpstack, folder, "lorawan", environ=ENVIRONMENT, token_env="LORAWAN_TOKEN", options={**CHIRPSTACK, **options})


def things_stack(register: Register, folder: Path, **options: Any) -> Walked:
    return walked(register.things_stack, folder, "lorawan", environ=ENVIRONMENT, token_env="LORAWAN_TOKEN", options={**TTS, **options})


def tagged(number: int, **tags: str) -> dict[str, Any]:
    device = stack_device(number)
    return {**device, "tags": {**device["tags"], "quantity": "temperature", "unit": "Cel", **tags}}


def only(found: Walked, table: str = "stadt-lufttemperatur") -> Any:
    (row,) = found.rows(table).values()
    return row


def test_a_device_is_a_station_with_a_datastream_for_each_quantity(tmp_path: Path) -> None:
    found = chirpstack(Register([stack_device(1)]), tmp_path)
    row = found.rows("stadt-lufttemperatur")[f"{KEYS[1]}-temperature"]
    assert (row["property"], row["unit"], row["station_id"], row["status"]) == ("Lufttemperatur", "Cel", f"stadt-{KEYS[1]}", "active")
    assert found.rows("stadt-luftfeuchte")[f"{KEYS[1]}-humidity"]["unit"] == "%"


def test_a_register_behind_a_login_promises_no_service(tmp_path: Path) -> None:
    declared = chirpstack(Register([tagged(1)]), tmp_path).walk.declarations["stadt-lufttemperatur"]
    assert declared.services == ()
    assert "Schnittstelle" not in declared.description.de


def test_the_things_stack_says_the_same(tmp_path: Path) -> None:
    row = only(things_stack(Register([things_device(1)]), tmp_path, coarsen_metres=0))
    assert (row["id"], row["unit"], row["sensor"]) == (f"stadt-{KEYS[1]}-temperature", "Cel", "dragino lht65")
    assert (row["longitude"], row["latitude"]) == (7.7689, 49.441)


def test_only_devices_that_somebody_has_opened_are_there(tmp_path: Path) -> None:
    closed = [tagged(2, publish="false"), tagged(3, publish=""), {**stack_device(4), "tags": {}}]
    assert list(chirpstack(Register([tagged(1), *closed]), tmp_path).rows("stadt-lufttemperatur")) == [f"{KEYS[1]}-temperature"]


def test_a_register_in_which_nobody_has_opened_anything_gives_nothing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Von 1 Geräten trägt keines"):
        chirpstack(Register([tagged(1, publish="nein")]), tmp_path)


@pytest.mark.parametrize(
    ("pattern", "name", "shown"),
    [("", "kl-wetter-1", None), ("kl-wetter-[0-9]+", "kl-wetter-1", "kl-wetter-1"), ("kl-.*", "Mustermann kl-1", None)],
)
def test_a_name_is_public_only_if_it_fits_the_pattern(pattern: str, name: str, shown: str | None, tmp_path: Path) -> None:
    assert only(chirpstack(Register([{**tagged(1), "name": name}]), tmp_path, name_pattern=pattern))["station"] == shown


@pytest.mark.parametrize("name", [f"kl-{eui(1)}", "kl-70:B3:D5:7E:D8:00:00:01", "kl-27F1A0FC", "kl-cLPVftgAAAE", "eui-kl"])
def test_a_name_that_gives_the_device_away_is_none(name: str, tmp_path: Path) -> None:
    assert only(chirpstack(Register([{**tagged(1), "name": name}]), tmp_path, name_pattern=".*"))["station"] is None


def test_a_position_is_coarse_unless_the_place_is_public(tmp_path: Path) -> None:
    found = chirpstack(
        Register([tagged(1, lat="49.44444"), tagged(2, lat="49.44444", position="exact"), tagged(3, position="none")]), tmp_path
    )
    rows = found.rows("stadt-lufttemperatur")
    coarse, exact, none = (rows[f"{KEYS[each]}-temperature"] for each in (1, 2, 3))
    assert coarse["latitude"] != exact["latitude"] == 49.44444
    assert "Raster von 100 Metern" in str(coarse["position_basis"])
    assert none["latitude"] is None
    assert not [each for each in found.archived if b"49.4444" in each.content and b"exact" in each.content]


def test_the_exact_position_of_a_coarse_one_is_not_archived(tmp_path: Path) -> None:
    found = chirpstack(Register([tagged(1, lat="49.44321987")]), tmp_path)
    assert not [each for each in found.archived if b"49.44321" in each.content]


def test_a_latitude_of_zero_that_the_server_omits_is_no_position_here(tmp_path: Path) -> None:
    zero = {**things_device(1), "locations": {"user": {"longitude": 7.7689}}}
    found = things_stack(Register([zero, things_device(2)]), tmp_path)
    assert len(found.rows("stadt-lufttemperatur")) == 1
    assert "liegt nicht im Gebiet" in found.findings["wrong-value"].message


def test_of_the_last_message_only_the_day_is_told(tmp_path: Path) -> None:
    found = chirpstack(Register([{**tagged(1), "lastSeenAt": "2026-11-20T13:17:42.123Z"}]), tmp_path)
    assert [each.last.isoformat() for each in found.walk.lately] == ["2026-11-20T23:00:00+00:00"]
    assert not [each for each in found.archived if b"2026-11-20" in each.content]


def test_a_device_that_fell_silent_long_ago_has_ended(tmp_path: Path) -> None:
    row = only(chirpstack(Register([{**tagged(1), "lastSeenAt": "2025-03-01T13:17:42Z"}]), tmp_path))
    assert (row["status"], row["until"]) == ("ended", "2025-03-01")


def test_tags_name_data_set_year_model_and_interval(tmp_path: Path) -> None:
    tags = {"dataset": "stadtklima", "installed": "2024-05-17", "model": "LHT65", "interval": "PT15M"}
    found = chirpstack(Register([tagged(1, **tags)]), tmp_path)
    row = only(found, "stadt-stadtklima")
    assert (row["since"], row["sensor"]) == ("2024", "LHT65")
    assert found.walk.declarations["stadt-stadtklima"].resolution == "PT15M"


def test_a_device_that_does_not_say_what_it_measures_costs_only_itself(tmp_path: Path) -> None:
    found = chirpstack(Register([tagged(1), tagged(2, quantity="")]), tmp_path)
    assert len(found.rows("stadt-lufttemperatur")) == 1
    assert KEYS[2] in found.findings["wrong-value"].message


@pytest.mark.parametrize("page", [1, 2, 100])
def test_pages_are_read_to_the_end(page: int, tmp_path: Path) -> None:
    found = chirpstack(Register([tagged(number) for number in range(1, 6)], page=page), tmp_path)
    assert len(found.rows("stadt-lufttemperatur")) == 5


def test_the_things_stack_is_read_until_its_count_is_reached(tmp_path: Path) -> None:
    found = things_stack(Register([things_device(number) for number in range(1, 151)]), tmp_path)
    assert len(found.rows("stadt-lufttemperatur")) == 150
    assert len([each for each in found.targets if "/devices" in each]) == 2


@pytest.mark.parametrize("ask", [chirpstack, things_stack])
def test_a_list_shorter_than_its_count_is_not_taken(ask: Any, tmp_path: Path) -> None:
    devices = [stack_device(1)] if ask is chirpstack else [things_device(1)]
    with pytest.raises(SourceError, match="geliefert hat er 1"):
        ask(Register(devices, miscount=1), tmp_path)


@pytest.mark.parametrize("ask", [chirpstack, things_stack])
def test_a_register_that_is_too_long_is_not_read(ask: Any, tmp_path: Path) -> None:
    devices = [stack_device(number) if ask is chirpstack else things_device(number) for number in (1, 2)]
    with pytest.raises(SourceError, match="mehr als erlaubt"):
        ask(Register(devices), tmp_path, at_most=1)


def test_neither_keys_nor_sessions_are_ever_asked_for(tmp_path: Path) -> None:
    targets = (*chirpstack(Register([tagged(1)]), tmp_path).targets, *things_stack(Register([things_device(1)]), tmp_path).targets)
    assert not [
        each for each in targets if any(word in each for word in ("keys", "activation", "queue", "session", "variables", "formatters"))
    ]
    assert all("limit=" in each for each in targets if "/devices" in each), "without a limit, ChirpStack only counts"


def test_each_server_gets_its_secret_in_its_own_header(tmp_path: Path) -> None:
    stack, things = Register([tagged(1)]), Register([things_device(1)])
    chirpstack(stack, tmp_path)
    things_stack(things, tmp_path)
    assert {each.headers.get("grpc-metadata-authorization") for each in stack.asked} == {f"Bearer {TOKEN}"}
    assert not [each for each in stack.asked if "authorization" in each.headers]
    assert {each.headers.get("authorization") for each in things.asked} == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize("right", ["RIGHT_APPLICATION_DEVICES_READ_KEYS", "RIGHT_APPLICATION_DEVICES_WRITE", "RIGHT_APPLICATION_ALL"])
def test_a_key_that_may_do_more_than_read_is_refused_before_anything_is_read(right: str, tmp_path: Path) -> None:
    register = Register([things_device(1)], rights=["RIGHT_APPLICATION_DEVICES_READ", right])
    with pytest.raises(SourceError, match=right):
        things_stack(register, tmp_path)
    assert [each.path for each in register.asked] == ["/api/v3/auth_info"]


def test_a_key_that_may_not_read_the_register_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="darf das Verzeichnis der Geräte nicht lesen"):
        things_stack(Register([things_device(1)], rights=["RIGHT_APPLICATION_INFO"]), tmp_path)


@pytest.mark.parametrize(
    ("options", "settings_", "why"),
    [
        ({**CHIRPSTACK, "key_is_read_only": False}, {"token_env": "T"}, "nur lesen darf"),
        (CHIRPSTACK, {}, "fehlt ein Zugangsgeheimnis"),
        ({**CHIRPSTACK, "salt_env": "KEIN_SALZ"}, {"token_env": "T"}, "KEIN_SALZ .salt_env. ist nicht gesetzt"),
        ({**CHIRPSTACK, "salt_env": "KURZ"}, {"token_env": "T"}, "kürzer als 16"),
        ({"server": "tts", "salt_env": "LORAWAN_SALT"}, {"token_env": "T"}, "applications fehlt"),
        ({"server": "tts", "salt_env": "LORAWAN_SALT", "applications": ["../x"]}, {"token_env": "T"}, "keine Kennung"),
        ({**CHIRPSTACK, "name_pattern": "("}, {"token_env": "T"}, "kein Muster"),
    ],
)
def test_a_configuration_that_would_give_something_away_is_refused(
    options: dict[str, Any], settings_: dict[str, Any], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KURZ", "kurz")
    with pytest.raises(ConfigurationError, match=why):
        harvester_of(
            SourceConfig(name="a", title="A", kind="lorawan", url="https://a.example/", folder=tmp_path, options=options, **settings_)
        )


def test_a_login_that_is_refused_is_named(tmp_path: Path) -> None:
    routes = {**Register([]).chirpstack, "/api/applications": reply("{}", 403, Content_Type="application/json")}
    with pytest.raises(HttpError, match="verweigert den Zugang"):
        walked(routes, tmp_path, "lorawan", environ=ENVIRONMENT, token_env="LORAWAN_TOKEN", options=CHIRPSTACK)


def test_an_application_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="»fremd« gibt es nicht"):
        chirpstack(Register([tagged(1)]), tmp_path, applications=["fremd"])
    assert len(chirpstack(Register([tagged(1)]), tmp_path, applications=[APPLICATION]).rows("stadt-lufttemperatur")) == 1


def test_a_replay_gives_the_same_rows_and_another_salt_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LORAWAN_TOKEN", TOKEN)
    with installed(
        tmp_path, Register([tagged(1), tagged(2)]).chirpstack, kind="lorawan", options=CHIRPSTACK, token_env="LORAWAN_TOKEN"
    ) as here:
        run = here.run()
        assert "dieselben Zeilen" in here.made.replay(run.id).message
        monkeypatch.setenv("LORAWAN_SALT", "ein ganz anderes Geheimnis")
        changed = here.made.replay(run.id)
        assert changed.outcome is Outcome.FAILED
        assert "anderen geheimen Schlüssel" in changed.message


def test_a_new_message_of_a_device_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LORAWAN_TOKEN", TOKEN)
    register = Register([tagged(1), tagged(2)])
    with installed(tmp_path, register.chirpstack, kind="lorawan", options=CHIRPSTACK, token_env="LORAWAN_TOKEN") as here:
        here.run()
        register.devices = [
            {**each, "lastSeenAt": "2026-11-03T01:02:03Z", "deviceStatus": {"batteryLevel": 12.0}} for each in register.devices
        ]
        again = here.run(days=2)
        assert again.outcome is Outcome.UNCHANGED
        assert here.kept(again) == []
        assert [each.last.day for each in again.lately] == [3]


@pytest.mark.parametrize("text", ["70B3D57ED8000001", "70:b3:d5:7e:d8:00:00:01", "70-B3-D5-7E-D8-00-00-01", "70 b3 d5 7e d8 00 00 01"])
def test_an_eui_is_the_same_however_it_is_written(text: str) -> None:
    assert plain_eui(text) == "70b3d57ed8000001"


@settings(max_examples=50)
@given(st.binary(min_size=8, max_size=8), st.sampled_from(["", ":", "-", " ", "."]), st.booleans(), st.booleans())
def test_an_eui_is_found_in_any_text(octets: bytes, separator: str, upper: bool, turned: bool) -> None:
    said = (octets[::-1] if turned else octets).hex(separator) if separator else (octets[::-1] if turned else octets).hex()
    assert says(f"Netz {said.upper() if upper else said} Süd", octets.hex())


@pytest.mark.parametrize("text", ["Wetterstation 12", "Fassade Cafe Decade", "LHT65", "Fruchthalle (Süd) 2024-05"])
def test_ordinary_words_are_no_numbers(text: str) -> None:
    assert not says_number(text)


@pytest.mark.parametrize("text", ["27F1A0FC", "abcdefab", "kl-27:F1:A0:FC", "Netz 27 f1 a0 fc"])
def test_what_could_be_a_number_is_one(text: str) -> None:
    assert says_number(text)


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=30))
def test_an_id_says_nothing_without_the_salt(device: str) -> None:
    one, other = Salt(Secret(SALT)), Salt(Secret(SALT + "!"))
    assert one.id_of("eui", device) == one.id_of("eui", device) != other.id_of("eui", device)
    assert len(one.id_of("eui", device)) == 16
