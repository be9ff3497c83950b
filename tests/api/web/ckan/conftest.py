"""A portal on this machine, for clients that know nothing of klar."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn

from api.web.app import create_app
from tests.api.web.world import World, fill, new_world, site


@dataclass(frozen=True)
class Portal:
    address: str
    world: World


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        world = new_world(tmp_path_factory.mktemp("ckan"), site(base_url=address))
        fill(world)
        server = uvicorn.Server(uvicorn.Config(create_app(world.services()), log_level="warning", access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield Portal(address=address, world=world)
        server.should_exit = True
        thread.join(10)
        world.close()
