"""Search engines for data read schema.org out of the page of a data set."""

import json
import re
from dataclasses import replace

from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.web.structured import structured_data
from api.web.templating import Addresses
from schemas.values import Text
from tests.api.web.conftest import BROWSER
from tests.api.web.world import BASE_URL, CANARY, site
from tests.dcat.samples import STATIONS

_BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def test_the_page_describes_the_data_set(client: TestClient) -> None:
    page = client.get("/datasets/messstellen", headers=BROWSER).text

    (block,) = _BLOCK.findall(page)
    found = json.loads(block)
    assert (found["@context"], found["@type"]) == ("https://schema.org/", "Dataset")
    assert found["@id"] == f"{BASE_URL}/datasets/messstellen"
    assert found["license"].startswith("https://")
    assert found["publisher"]["name"] == "Stadt Kaiserslautern"
    assert found["spatialCoverage"]["geo"]["@type"] == "GeoShape"
    formats = {each["encodingFormat"]: each["contentUrl"] for each in found["distribution"]}
    assert formats["text/csv"] == f"{BASE_URL}/datasets/messstellen/data.csv"
    assert {"name": "unit", "@type": "PropertyValue"}.items() <= next(
        each for each in found["variableMeasured"] if each["name"] == "unit"
    ).items()


def test_every_link_of_it_is_there(client: TestClient) -> None:
    (block,) = _BLOCK.findall(client.get("/en/datasets/projekte", headers=BROWSER).text)
    found = json.loads(block)

    for address in [found["url"], *(each["contentUrl"] for each in found["distribution"])]:
        assert client.head(address.removeprefix(BASE_URL)).status_code == 200


@given(words=st.text(min_size=1, max_size=80) | st.just(f"</script>{CANARY}<!--"))
def test_no_text_of_a_source_can_leave_the_block(words: str) -> None:
    dataset = replace(STATIONS, title=Text(de=words), attribution=words)

    written = structured_data(dataset, Addresses(site=site()), "de")

    assert not set("<>&") & set(written)
    assert json.loads(written)["name"] == words
