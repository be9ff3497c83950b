"""The register of a ChirpStack server, whose devices measure one thing each."""

from harvesters.http.credentials import Secret
from harvesters.lorawan.salt import Salt
from tests.harvesters.contract.peer import Peer
from tests.harvesters.lorawan.servers import ENVIRONMENT, SALT, Register, eui, stack_device

TABLE = "nachbar-lufttemperatur"


def peer() -> Peer:
    here = Register([stack_device(number) for number in range(1, 6)])
    for each in here.devices:
        each["tags"] |= {"quantity": "temperature", "unit": "Cel"}

    def remove() -> str:
        key = Salt(Secret(SALT)).id_of("eui", here.devices.pop()["devEui"])
        return f"{TABLE}/nachbar-{key}-temperature"

    def surprise() -> str:
        here.devices[-1]["sonderfeld"] = "etwas"
        return "sonderfeld"

    return Peer(
        routes=here.chirpstack,
        path="/",
        tables=(TABLE,),
        options={"server": "chirpstack", "salt_env": "LORAWAN_SALT", "key_is_read_only": True},
        settings={"token_env": "LORAWAN_TOKEN"},
        environment=ENVIRONMENT,
        identifiers=(eui(3).lower(), eui(5).lower(), "Mustermann", "Musterweg", "03:17:42", "kl-wetter-3"),
        empty=here.devices.clear,
        remove=remove,
        surprise=surprise,
    )
