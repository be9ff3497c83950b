"""The place the catalogue is about, and what is plausible as a position in it.

Keys: dcat-ap.de political geocoding lists 1.0.2. Box: outer edges of the city's own district boundaries, rounded outwards to
four decimals. Centroid: as published for the municipality (stadtistik.de). No GeoNames IRI: none was found in a source.
"""

from schemas.model import Place
from schemas.values import GeocodingLevel, Text

_GEOCODING = "http://dcat-ap.de/def/politicalGeocoding/"

KAISERSLAUTERN = Place(
    title=Text(de="Kaiserslautern", en="Kaiserslautern"),
    iris=(f"{_GEOCODING}districtKey/07312", f"{_GEOCODING}regionalKey/073120000000"),
    bbox=(7.6273, 49.3585, 7.8708, 49.4952),
    centroid=(7.768864, 49.445456),
    level=GeocodingLevel.MUNICIPALITY,
)

#: Box for checks: two to six kilometres wider than the city, so that a station beside the boundary is no error, but narrow enough that
#: swapped axes, degrees read as metres or a missing digit fall outside.
PLAUSIBLE_BOX = (7.6, 49.35, 7.95, 49.55)


def inside_city(lon: float, lat: float) -> bool:
    """Whether a position (degrees, CRS84: longitude first) can be in or beside the city. NaN is not."""
    west, south, east, north = PLAUSIBLE_BOX
    return west <= lon <= east and south <= lat <= north
