"""A real SensorThings server for tests: django-ogc-sensorthings on SQLite, in a folder and on a port that the environment names."""

import os
from pathlib import Path
from uuid import UUID

_PORT = os.environ["PEER_PORT"]

SECRET_KEY = "only-for-tests"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "sensorthings.versions.v1_1",
    "sensorthings.versions.v1_1.backends.django",
    "sensorthings.versions.v1_1.extensions.dataarray",
]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(os.environ["PEER_DIR"]) / "peer.sqlite3",
        "OPTIONS": {"timeout": 20},
    }
}
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SENSORTHINGS_V1_1_SERVICE_URL = f"http://127.0.0.1:{_PORT}/sensorthings"
SENSORTHINGS_V1_1_BACKEND_ADAPTER = "adapter.PeriodAdapter"
SENSORTHINGS_V1_1_ID_TYPE = UUID
SENSORTHINGS_V1_1_ID_DELIMITER = "'"
SENSORTHINGS_V1_1_MAX_TOP = 100
