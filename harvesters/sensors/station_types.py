"""Kinds of stations as readers call them: types of the Smart Data Models that stand in front of a measurement in titles."""

from schemas.values import Text

_WORDS = {
    "AirQualityObserved": Text(de="Luftqualität", en="air quality"),
    "WeatherObserved": Text(de="Wetter", en="weather"),
    "WaterObserved": Text(de="Gewässer", en="waters"),
    "FloodMonitoring": Text(de="Hochwasser", en="flood monitoring"),
    "NoiseLevelObserved": Text(de="Lärm", en="noise"),
    "TrafficFlowObserved": Text(de="Verkehrszählung", en="traffic flow"),
    "CrowdFlowObserved": Text(de="Personenzählung", en="crowd flow"),
    "BikeHireDockingStation": Text(de="Leihradstationen", en="bike hire stations"),
    "EVChargingStation": Text(de="Ladestationen", en="charging stations"),
    "ParkingSpot": Text(de="Stellplätze", en="parking spots"),
    "OffStreetParking": Text(de="Parkhäuser und Parkplätze", en="off-street parking"),
    "OnStreetParking": Text(de="Parken am Straßenrand", en="on-street parking"),
    "WasteContainer": Text(de="Abfallbehälter", en="waste containers"),
    "Device": Text(de="Geräte", en="devices"),
}


def in_words(station_type: str) -> Text:
    """As it stands where nobody has words for it."""
    return _WORDS.get(station_type, Text(de=station_type, en=station_type))
