"""Fills the server, or does something to what is in it. Runs in the peer's own environment:

python fill.py fill 200 5       so many things, so many datastreams each
python fill.py rename           the first thing gets another name
python fill.py observe          every datastream has got a newer observation
python fill.py remove           the last thing goes, with its datastreams
"""

import sys
from datetime import UTC, datetime, timedelta
from random import Random

import django

django.setup()

from django.db import transaction  # noqa: E402  # models exist after setup()
from sensorthings.versions.v1_1.backends.django.models import (  # noqa: E402
    Datastream,
    Location,
    ObservedProperty,
    Sensor,
    Thing,
)

_MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
#: Name, IRI, unit, layer the source states ("" for none).
_PROPERTIES = (
    ("NO2", {"name": "Mikrogramm je Kubikmeter", "symbol": "µg/m³", "definition": "ucum:ug/m3"}, ""),
    ("Schallpegel", {"name": "Dezibel", "symbol": "dB", "definition": "http://qudt.org/vocab/unit/DeciB"}, "Laerm_15-Min"),
)
_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


def fill(things: int, streams: int) -> None:
    chance = Random(7)
    sensors = Sensor.objects.bulk_create(
        Sensor(name=f"Modell {each}", description="Messgerät", encoding_type=Sensor.HTML, metadata="https://example.org/", properties={})
        for each in range(2)
    )
    properties = ObservedProperty.objects.bulk_create(
        ObservedProperty(name=name, definition=f"https://example.org/def/{name}", description=name, properties={})
        for name, _, _ in _PROPERTIES
    )
    made = Thing.objects.bulk_create(
        Thing(name=f"Messstelle {each:04}", description="Messstelle", properties={"ownerThing": "Stadtwerke"}) for each in range(things)
    )
    places = Location.objects.bulk_create(_location(each, chance) for each in range(things))
    between = Location.things.through
    between.objects.bulk_create(between(location_id=place.pk, thing_id=thing.pk) for place, thing in zip(places, made, strict=True))
    Datastream.objects.bulk_create(
        _datastream(thing, sensors[number % 2], properties[number % 2], number) for thing in made for number in range(streams)
    )


def _location(number: int, chance: Random) -> Location:
    point = {"type": "Point", "coordinates": [round(chance.uniform(7.65, 7.9), 6), round(chance.uniform(49.38, 49.5), 6)]}
    return Location(name=f"Standort {number:04}", description="Standort", encoding_type=Location.GEOJSON, location=point, properties={})


def _datastream(thing: Thing, sensor: Sensor, what: ObservedProperty, number: int) -> Datastream:
    name, unit, layer = _PROPERTIES[number % 2]
    said = {"layerName": layer, "aggregateDuration": "PT15M", "serviceName": "KL_STA_Umwelt"} if layer else {}
    return Datastream(
        name=f"{name} an {thing.name}, Höhe {number}",
        description="Messreihe",
        unit_of_measurement=unit,
        observation_type=_MEASUREMENT,
        properties={"ownerData": "Stadtwerke", "infoLastUpdate": "2026-01-01T00:00:00", **said},
        observed_area=None,
        phenomenon_time_begin=_BEGIN,
        phenomenon_time_end=datetime.now(UTC) - timedelta(minutes=10),
        result_time_begin=_BEGIN,
        result_time_end=datetime.now(UTC) - timedelta(minutes=9),
        thing=thing,
        sensor=sensor,
        observed_property=what,
    )


def rename() -> None:
    thing = Thing.objects.order_by("name")[0]
    thing.name = f"{thing.name}, umbenannt"
    thing.save()


def observe() -> None:
    now = datetime.now(UTC)
    Datastream.objects.update(phenomenon_time_end=now, result_time_end=now)


def remove() -> None:
    Thing.objects.order_by("name").last().delete()


_COMMANDS = {"fill": fill, "rename": rename, "observe": observe, "remove": remove}

if __name__ == "__main__":
    with transaction.atomic():
        _COMMANDS[sys.argv[1]](*map(int, sys.argv[2:]))
