"""What is written down about a request: nothing that tells who asked for what."""

import json
import logging

import pytest

from tests.api.web.conftest import client_of
from tests.api.web.world import World


def test_a_line_has_neither_address_nor_query(published: World, caplog: pytest.LogCaptureFixture) -> None:
    client = client_of(published)

    with caplog.at_level(logging.INFO, logger="klar.web"):
        client.get("/datasets?q=geheim", headers={"user-agent": "spy", "x-forwarded-for": "203.0.113.9"})

    (line,) = [json.loads(each.getMessage()) for each in caplog.records if each.name == "klar.web"]
    assert line == {"event": "request", "method": "GET", "path": "/datasets", "status": 200, "ms": line["ms"]}
    assert "geheim" not in caplog.text
    assert "203.0.113.9" not in caplog.text
    assert "testclient" not in caplog.text
