"""Search over the published state: the index is caught up when the revision has moved, then asked."""

import math
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from api.web.pages import Card, Choice, Facet, Link, SearchPage
from api.web.parameters import PAGE_SIZE, ListParameters, SearchParameters
from api.web.problems import UnknownPage
from api.web.record import summary_json
from api.web.texts import text
from api.web.web import Web
from api.web.wording import number
from schemas.model import Dataset
from schemas.values import FileFormat, Licence, Theme
