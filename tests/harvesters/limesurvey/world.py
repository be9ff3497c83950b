"""What the kind makes of a server or of a folder, before anything is judged."""

from pathlib import Path
from typing import Any

from harvesters.attempt import quiet
from harvesters.fetch import FolderFetch
from harvesters.harvester import SourceConfig
from harvesters.registry import harvester_of
from harvesters.walking import Walk
from schemas.fetch import Payload
from tests.harvesters.http.world import START
from tests.harvesters.limesurvey.server import PASSWORD, PATH, USER, Office
from tests.harvesters.walked import Walked, walked

SURVEYS: dict[str, Any] = {"432535": {}}
ENVIRON = {"LIMESURVEY_PASSWORD": PASSWORD}


def asked(office: Office, folder: Path, **options: Any) -> Walked:
    """Over the remote control. Raises SourceError."""
    given = {"user": USER, "surveys": SURVEYS, **options}
    return walked(office.routes, folder, "limesurvey", PATH, ENVIRON, token_env="LIMESURVEY_PASSWORD", options=given)


def filed(files: dict[str, str | bytes], folder: Path, **options: Any) -> Walked:
    """From a drop folder. Raises SourceError."""
    drop = folder / "drop"
    drop.mkdir(exist_ok=True)
    for name, content in files.items():
        (drop / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    archived: list[Payload] = []
    private: list[Payload] = []
    given = {"form": "files", "surveys": SURVEYS, **options}
    source = SourceConfig(
        name="stadt",
        title="Mitmachen",
        kind="limesurvey",
        url="drop",
        folder=folder,
        options=given,
        personal_data=True,
        legal_basis="Satzung",
    )
    walk = Walk(source=source.name, harvester=harvester_of(source), progress=quiet)
    walk.through(FolderFetch(drop, keep_payload=archived.append, keep_private=private.append, clock=lambda: START))
    return Walked(walk=walk, home="", targets=(), archived=tuple(archived), private=tuple(private))
