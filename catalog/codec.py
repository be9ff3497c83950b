"""Domain objects as JSON, for storage. Enums are written by member name, so that mending a title breaks nothing stored.

pydantic's TypeAdapter writes the tuple-valued enums of `schemas.values` but cannot read them back; and fields at their
default are left out here, so that an object stored by an older version still loads after a field was added.
"""

import dataclasses
import json
import types
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
_Convert = Callable[[Any], Any]
_PLAIN = (str, int, float, bool, type(None))
_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(kind: type[T], value: T) -> str:
    """Compact JSON; the same value always gives the same text."""
    encode, _ = _codec(cast(Hashable, kind))
    return _WRITE(encode(value))


def loads(kind: type[T], text: str) -> T:
    """The value that `dumps` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    _, decode = _codec(cast(Hashable, kind))
    return cast(T, decode(json.loads(text)))


def _same(value: Any) -> Any:
    return value


@cache
def _codec(kind: Any) -> tuple[_Convert, _Convert]:
    """(to JSON-able, back) for a type; built once per type."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _union(get_args(kind))
    if origin is tuple:
        return _sequence(get_args(kind))
    if origin in (dict, Mapping):
        return _mapping(get_args(kind)[1])
    if dataclasses.is_dataclass(kind):
        return _object(cast(type, kind))
    return _scalar(kind)


def _scalar(kind: Any) -> tuple[_Convert, _Convert]:
    if kind in _PLAIN:
        return _same, _same
    if kind is datetime:
        return datetime.isoformat, datetime.fromisoformat
    if kind is timedelta:
        return timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return (lambda member: member.name), kind.__getitem__
    raise TypeError(f"{kind!r} has no stored form")


def _union(options: tuple[Any, ...]) -> tuple[_Convert, _Convert]:
    """Unions of plain JSON types, one type or None, or an enum and a dataclass (text and object): all that the domain model uses."""
    if all(each in _PLAIN for each in options):
        return _same, _same
    kinds = [each for each in options if each is not type(None)]
    encode, decode = _codec(kinds[0]) if len(kinds) == 1 else _listed_or_described(kinds)
    return (lambda value: None if value is None else encode(value)), (lambda value: None if value is None else decode(value))


def _listed_or_described(kinds: list[Any]) -> tuple[_Convert, _Convert]:
    (listed,) = (each for each in kinds if isinstance(each, type) and issubclass(each, Enum))
    (described,) = (each for each in kinds if dataclasses.is_dataclass(each))
    (encode_one, decode_one), (encode_other, decode_other) = _codec(listed), _codec(cast(Hashable, described))
    return (
        lambda value: encode_one(value) if isinstance(value, Enum) else encode_other(value),
        lambda content: decode_one(content) if isinstance(content, str) else decode_other(content),
    )


def _sequence(arguments: tuple[Any, ...]) -> tuple[_Convert, _Convert]:
    encode, decode = _codec(arguments[0])
    if encode is _same:
        return list, tuple
    return (lambda values: [encode(each) for each in values]), (lambda values: tuple(decode(each) for each in values))


def _mapping(kind: Any) -> tuple[_Convert, _Convert]:
    encode, decode = _codec(kind)
    if encode is _same:
        return dict, dict
    return (lambda values: {k: encode(v) for k, v in values.items()}), (lambda values: {k: decode(v) for k, v in values.items()})


def _object(kind: type) -> tuple[_Convert, _Convert]:
    hints = get_type_hints(kind)
    fields = [(each.name, *_codec(hints[each.name]), each.default) for each in dataclasses.fields(kind)]
    decoders = {name: decode for name, _, decode, _ in fields}
    # What is as it stands has no function: a call for each text of each object would take as long as all the rest.
    encoders = [(name, None if encode is _same else encode, default) for name, encode, _, default in fields]

    def encode_object(value: Any) -> dict[str, Any]:
        content = {}
        for name, encode, default in encoders:
            member = getattr(value, name)
            if member is not default and (default is dataclasses.MISSING or member != default):
                content[name] = member if encode is None else encode(member)
        return content

    def decode_object(content: Mapping[str, Any]) -> Any:
        return kind(**{name: decoders[name](member) for name, member in content.items() if name in decoders})

    return encode_object, decode_object
