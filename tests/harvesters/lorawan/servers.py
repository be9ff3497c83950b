"""Registers of devices on 127.0.0.1: ChirpStack's REST proxy and The Things Stack, with all the secrets that such devices have."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
TOKEN = "NNSXS.GEHEIMERSCHLUESSEL.1234567890"
SALT = "ein langes Geheimnis dieser Stadt"
ENVIRONMENT = {"LORAWAN_TOKEN": TOKEN, "LORAWAN_SALT": SALT}
APPLICATION = "6f2f7d8e-1111-4222-8333-944455556666"
APP_KEY = "0F1E2D3C4B5A69788796A5B4C3D2E1F0"


def eui(number: int) -> str:
    return f"70B3D57ED80{number:05X}"


def stack_device(number: int, **more: Any) -> Json:
    """As ChirpStack's list has it; `variables` and keys are what a careless proxy adds."""
    return {
        "devEui": eui(number).lower(),
        "createdAt": "2024-05-01T10:00:00Z",
        "updatedAt": "2024-05-01T10:00:00Z",
        "lastSeenAt": "2026-11-01T03:17:42.123456Z",
        "name": f"kl-wetter-{number}",
        "description": "bei Familie Mustermann, Musterweg 5",
        "deviceProfileId": "2f0e1f35-0000-4000-8000-0123456789ab",
        "deviceProfileName": "LHT65",
        "deviceStatus": {"margin": 7, "externalPowerSource": False, "batteryLevel": 93.75},
        "tags": {
            "publish": "true",
            "quantity": "temperature;humidity",
            "unit": "°C;%",
            "lat": f"49.44{number:02d}",
            "lon": "7.7689",
            "hausmeister": "Erika Mustermann",
        },
        **more,
    }


def things_device(number: int, **more: Any) -> Json:
    """As The Things Stack has it, with everything that a wide field mask or a proxy may let through."""
    return {
        "ids": {
            "device_id": f"eui-{eui(number).lower()}",
            "application_ids": {"application_id": "stadtklima"},
            "dev_eui": eui(number),
            "join_eui": "800000000000F00C",
            "dev_addr": "27F1A0FC",
        },
        "created_at": "2024-05-01T10:00:00Z",
        "updated_at": "2024-05-01T10:00:00Z",
        "name": f"kl-wetter-{number}",
        "attributes": {"publish": "true", "quantity": "temperature", "unit": "Cel"},
        "version_ids": {"brand_id": "dragino", "model_id": "lht65", "firmware_version": "1.8"},
        "locations": {"user": {"latitude": 49.44 + number % 50 / 1000, "longitude": 7.7689, "source": "SOURCE_REGISTRY"}},
        "last_seen_at": "2026-11-01T03:17:42.123456789Z",
        "root_keys": {"app_key": {"key": APP_KEY}},
        "session": {"dev_addr": "27F1A0FC", "keys": {"session_key_id": "AXBSH1Pk6Z0G166RlH16CQ==", "app_s_key": {"key": APP_KEY[::-1]}}},
        "claim_authentication_code": {"value": "C0FFEE12"},
        **more,
    }


@dataclass
class Register:
    """`rights`: of the key that asks The Things Stack."""

    devices: list[Json] = field(default_factory=list)
    rights: list[str] = field(default_factory=lambda: ["RIGHT_APPLICATION_DEVICES_READ"])
    page: int = 100  #: at most so many devices at once
    miscount: int = 0
    asked: list[Request] = field(default_factory=list)

    @property
    def chirpstack(self) -> dict[str, Script]:
        return {"/api/applications": self._applications, "/api/devices": self._chirpstack}

    @property
    def things_stack(self) -> dict[str, Script]:
        return {"/api/v3/auth_info": self._auth_info, "/api/v3/applications/stadtklima/devices": self._things_stack}

    def _applications(self, line: Line, asked: Request) -> bool:
        if not self._may(asked, "grpc-metadata-authorization"):
            return said({"code": 16, "message": "unauthenticated"}, 401)(line, asked)
        one = {"id": APPLICATION, "name": "Wetter der Familie Mustermann", "description": ""}
        offset = int(_query(asked).get("offset", 0))
        return said({"totalCount": 1, "result": [one][offset:]})(line, asked)

    def _chirpstack(self, line: Line, asked: Request) -> bool:
        if not self._may(asked, "grpc-metadata-authorization"):
            return said({"code": 16, "message": "unauthenticated"}, 401)(line, asked)
        query = _query(asked)
        limit, offset = min(int(query.get("limit", 0)), self.page), int(query.get("offset", 0))
        found = self.devices[offset : offset + limit] if query["applicationId"] == APPLICATION else []
        return said({"totalCount": len(self.devices) + self.miscount, "result": found})(line, asked)

    def _auth_info(self, line: Line, asked: Request) -> bool:
        if not self._may(asked, "authorization"):
            return said({"code": 16}, 401)(line, asked)
        key = {"id": "GEHEIMERSCHLUESSELID", "name": "Schlüssel von Erika Mustermann", "rights": self.rights}
        return said({"api_key": {"api_key": key, "entity_ids": {"application_ids": {"application_id": "stadtklima"}}}})(line, asked)

    def _things_stack(self, line: Line, asked: Request) -> bool:
        if not self._may(asked, "authorization"):
            return said({"code": 16}, 401)(line, asked)
        query = _query(asked)
        limit = min(int(query["limit"]), self.page)
        offset = (int(query["page"]) - 1) * limit
        found = self.devices[offset : offset + limit]
        count = {"X_Total_Count": str(len(self.devices) + self.miscount)} if found else {}
        return said({"end_devices": found} if found else {}, headers=count)(line, asked)

    def _may(self, asked: Request, header: str) -> bool:
        self.asked.append(asked)
        return asked.headers.get(header) == f"Bearer {TOKEN}"


def _query(asked: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(asked.target).query).items()}


def said(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Script:
    return reply(json.dumps(content), status, Content_Type="application/json", **(headers or {}))
