"""The sentences of the pages, by key; they stand in `texts.toml`, where translators find them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from schemas.values import Text


@cache
def texts() -> Mapping[str, Text]:
    content = tomllib.loads(resources.files("api.web").joinpath("texts.toml").read_text(encoding="utf-8"))
    return {key: Text(de=each["de"], en=each["en"]) for key, each in content.items()}


def text(key: str, language: str, **words: object) -> str:
    """The sentence in a language. Raises KeyError for an unknown key or a missing placeholder."""
    return texts()[key].in_language(language).format(**words)
