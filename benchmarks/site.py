"""The site whose catalogue is measured."""

from schemas.model import Agent, Contact, Site
from schemas.place import KAISERSLAUTERN
from schemas.values import Language, Licence

SITE = Site(
    base_url="http://127.0.0.1:8000",
    uri_base="http://127.0.0.1:8000",
    title="Benchmark",
    publisher=Agent(name="Stadt"),
    contact=Contact(name="Stadt", email="opendata@example.org"),
    licence=Licence.DL_ZERO_2,
    contributor_id="http://dcat-ap.de/def/contributors/openGovernmentDataPortalRheinlandPfalz",
    place=KAISERSLAUTERN,
    languages=(Language.GERMAN, Language.ENGLISH),
)
