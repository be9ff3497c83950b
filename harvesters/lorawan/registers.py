"""What the two servers write about a device, as far as it may be looked at. Lives only within the filter.

Facts: reference/sensors/sources.md, section 4 (ChirpStack v4 device.proto, The Things Stack v3 end_device.proto). The Things Stack leaves
out what is zero, false or empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harvesters.moments import moment_of

#: Fields of a device that are known and never read; what stands nowhere is reported by name.
_CHIRPSTACK = frozenset(
    [
        "createdAt",
        "description",
        "devEui",
        "deviceProfileId",
        "deviceProfileName",
        "deviceStatus",
        "lastSeenAt",
        "name",
        "tags",
        "updatedAt",
    ]
)
_TTS = {
    "activated_at", "application_server_address", "application_server_id", "application_server_kek_label", "attributes",
    "battery_percentage", "claim_authentication_code", "created_at", "description", "downlink_margin", "formatters",
    "frequency_plan_id", "ids", "join_server_address", "last_dev_nonce", "last_join_nonce", "last_rj_count_0", "last_rj_count_1",
    "last_seen_at", "locations", "lora_alliance_profile_ids", "lorawan_phy_version", "lorawan_version", "mac_settings",
    "mac_settings_profile_ids", "mac_state", "max_frequency", "min_frequency", "multicast", "name", "net_id", "network_server_address",
    "network_server_kek_label", "pending_mac_state", "pending_session", "picture", "power_state", "provisioner_id", "provisioning_data",
    "queued_application_downlinks", "resets_join_nonces", "root_keys", "serial_number", "service_profile_id", "session",
    "skip_payload_crypto", "skip_payload_crypto_override", "supports_class_b", "supports_class_c", "supports_join", "updated_at",
    "used_dev_nonces", "version_ids",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Device:
    """As the server says it. Never kept, never shown."""

    eui: object
    other_id: str  #: where there is no EUI
    name: str
    tags: Mapping[str, str]  #: names in lower case
    model: str
    longitude: float | None
    latitude: float | None
    seen: datetime | None
    unknown: tuple[str, ...]


def chirpstack(found: Mapping[str, Any]) -> Device:
    tags = _tags(found.get("tags"))
    return Device(
        eui=found.get("devEui"),
        other_id="",
        name=_text(found.get("name")),
        tags=tags,
        model=tags.get("model", ""),
        longitude=_degrees(tags.get("lon")),
        latitude=_degrees(tags.get("lat")),
        seen=_moment(found.get("lastSeenAt")),
        unknown=tuple(each for each in found if each not in _CHIRPSTACK),
    )


def things_stack(found: Mapping[str, Any]) -> Device:
    tags, ids, version = _tags(found.get("attributes")), _object(found.get("ids")), _object(found.get("version_ids"))
    longitude, latitude = _user_location(_object(found.get("locations")).get("user"))
    application = _text(_object(ids.get("application_ids")).get("application_id"))
    return Device(
        eui=ids.get("dev_eui"),
        other_id=f"{application}/{_text(ids.get('device_id'))}" if ids.get("device_id") else "",
        name=_text(found.get("name")),
        tags=tags,
        model=tags.get("model") or " ".join(each for each in (_text(version.get("brand_id")), _text(version.get("model_id"))) if each),
        longitude=_degrees(tags.get("lon")) if longitude is None else longitude,
        latitude=_degrees(tags.get("lat")) if latitude is None else latitude,
        seen=_moment(found.get("last_seen_at")),
        unknown=tuple(each for each in found if each not in _TTS),
    )


def _user_location(found: object) -> tuple[float | None, float | None]:
    """The place a person has entered; the server omits a coordinate that is zero."""
    if not isinstance(found, dict) or not {"latitude", "longitude"} & found.keys():
        return None, None
    return _degrees(found.get("longitude", 0.0)), _degrees(found.get("latitude", 0.0))


def _tags(found: object) -> dict[str, str]:
    items = _object(found).items()
    return {name.strip().lower(): each.strip() for name, each in items if isinstance(name, str) and isinstance(each, str)}


def _object(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _text(found: object) -> str:
    return " ".join(found.split()) if isinstance(found, str) else ""


def _degrees(found: object) -> float | None:
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        return float(found.replace(",", ".")) if isinstance(found, str) else float(found)
    except (ValueError, OverflowError):
        return None


def _moment(found: object) -> datetime | None:
    try:
        return moment_of(found) if isinstance(found, str) else None
    except (ValueError, OverflowError):
        return None
