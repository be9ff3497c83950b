"""Whatever a register says and wherever it says it, no number of a device leaves the filter."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.http.credentials import Secret
from harvesters.lorawan import registers
from harvesters.lorawan.asking import chirpstack_list, things_stack_list
from harvesters.lorawan.keeping import Keeping
from harvesters.lorawan.reading import Reading
from harvesters.lorawan.salt import Salt
from schemas.errors import RecordError
from tests.harvesters.lorawan.servers import SALT, things_device
from tests.harvesters.lorawan.test_redaction import spellings

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
EUI = "70B3D57ED8000A1F"
SECRETS = spellings(EUI)
TEXTS = st.sampled_from(
    [*SECRETS, *(f"kl {each} süd" for each in SECRETS), "temperature", "true", "49.44", "7.76", "Cel", "2024", "PT15M", "", "exact"]
)
LEAVES = st.none() | st.booleans() | st.integers(-200, 200) | st.floats() | TEXTS
FIELDS = st.sampled_from(
    ["name", "description", "tags", "attributes", "ids", "dev_eui", "user", "latitude", "brand_id", "quantity", "dataset", "publish"]
)
ANYTHING: Any = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(FIELDS, inner, max_size=3), max_leaves=8)
TAGS = st.fixed_dictionaries(
    {"publish": st.just("true"), "quantity": TEXTS},
    optional=dict.fromkeys(("unit", "dataset", "model", "installed", "interval", "lat", "lon", "position"), TEXTS),
)
STACK = st.fixed_dictionaries(
    {"devEui": st.just(EUI), "tags": TAGS}, optional={"name": TEXTS, "lastSeenAt": TEXTS, "deviceStatus": ANYTHING, EUI: ANYTHING}
)
THINGS = st.fixed_dictionaries(
    {"ids": st.just({"dev_eui": EUI, "device_id": f"eui-{EUI.lower()}"}), "attributes": TAGS},
    optional={"name": TEXTS, "version_ids": ANYTHING, "locations": ANYTHING, "last_seen_at": ANYTHING, "session": ANYTHING},
)


def keeping(is_chirpstack: bool) -> Keeping:
    return Keeping(
        salt=Salt(Secret(SALT)),
        now=NOW,
        device=registers.chirpstack if is_chirpstack else registers.things_stack,
        listed=chirpstack_list if is_chirpstack else things_stack_list,
        name_pattern=".*",
    )


def require_silence(filter_: Keeping, raw: dict[str, Any]) -> None:
    kept = filter_.page(json.dumps(raw).encode(), "a", 0)
    assert not [each for each in SECRETS if each.encode() in kept]
    assert filter_.page(kept, "a", 0) == kept
    reading = Reading(now=NOW, sightings=filter_.sightings)
    for device in json.loads(kept)["devices"]:
        for record in reading.records(device, "a"):
            assert isinstance(record.pair, tuple | RecordError)
            assert not [each for each in SECRETS if each in repr(record.pair)]


@settings(max_examples=50, deadline=None)
@given(STACK)
def test_chirpstack_gives_nothing_away(device: dict[str, Any]) -> None:
    require_silence(keeping(True), {"totalCount": 1, "result": [_plain(device)]})


@settings(max_examples=50, deadline=None)
@given(THINGS)
def test_the_things_stack_gives_nothing_away(device: dict[str, Any]) -> None:
    require_silence(keeping(False), {"end_devices": [_plain(device)]})


def test_the_secrets_would_be_seen() -> None:
    """Negative control."""
    raw = json.dumps(things_device(1, name=f"kl {SECRETS[0]}")).encode()
    assert [each for each in SECRETS if each.encode() in raw]


def _plain(found: Any) -> Any:
    """JSON knows neither NaN nor infinity."""
    if isinstance(found, dict):
        return {name: _plain(each) for name, each in found.items()}
    if isinstance(found, list):
        return [_plain(each) for each in found]
    return None if isinstance(found, float) and (found != found or abs(found) == float("inf")) else found
