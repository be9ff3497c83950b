"""YAML read strictly: every key is asked for or is an error, every error names file and line, nothing is guessed of a value.

Of YAML only mappings, lists, text, whole numbers and truth values: `no`, `1.0` or a date where text belongs is an error, because it
is not what its author thinks (https://yaml.org/spec/1.1/#id857168).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from schemas.errors import ConfigurationError
from schemas.values import Text

_STRING, _WHOLE, _TRUTH = "tag:yaml.org,2002:str", "tag:yaml.org,2002:int", "tag:yaml.org,2002:bool"


@dataclass(frozen=True)
class Value:
    """One value with its place."""

    file: str
    node: yaml.Node

    def error(self, message: str) -> ConfigurationError:
        return ConfigurationError(f"{self.file}, Zeile {self.node.start_mark.line + 1}: {message}")

    def text(self) -> str:
        """Raises ConfigurationError, like all of these."""
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag != _STRING or not self.node.value.strip():
            raise self.error("hier gehört Text hin; was nach Zahl, Datum oder ja und nein aussieht, braucht Anführungszeichen")
        return str(self.node.value).strip()

    def whole(self) -> int:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag != _WHOLE or not self.node.value.isdecimal():
            raise self.error("hier gehört eine ganze Zahl hin")
        return int(self.node.value)

    def truth(self) -> bool:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag != _TRUTH or self.node.value not in ("true", "false"):
            raise self.error("hier gehört true oder false hin")
        return bool(self.node.value == "true")

    def plain(self) -> str | bool:
        """Text or a truth value."""
        return self.truth() if self.node.tag == _TRUTH else self.text()

    def items(self) -> Iterator["Value"]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error("hier gehört eine Liste hin")
        yield from (Value(self.file, each) for each in self.node.value)

    def texts(self) -> tuple[str, ...]:
        return tuple(each.text() for each in self.items())

    def block(self) -> "Block":
        return Block(self)

    @property
    def is_block(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def both(self) -> Text:
        """`{de: …, en: …}`"""
        block = self.block()
        found = Text(de=" ".join(block["de"].text().split()), en=" ".join(block["en"].text().split()))
        block.close()
        return found


class Block:
    """A mapping: `block["key"]` and `block.get("key")` ask for keys, `close` refuses those that nobody asked for."""

    def __init__(self, value: Value) -> None:
        if not isinstance(value.node, yaml.MappingNode):
            raise value.error("hier gehören Schlüssel mit Werten hin")
        self.place = value
        self._values: dict[str, Value] = {}
        self._asked: list[str] = []
        for key, node in value.node.value:
            name = str(getattr(key, "value", ""))
            if name in self._values or key.tag != _STRING:
                raise Value(value.file, key).error(f"der Schlüssel »{name}« steht hier zweimal oder ist kein Text")
            self._values[name] = Value(value.file, node)

    def __getitem__(self, key: str) -> Value:
        found = self.get(key)
        if found is None:
            raise self.place.error(f"hier fehlt »{key}«")
        return found

    def get(self, key: str) -> Value | None:
        self._asked.append(key)
        return self._values.get(key)

    def everything(self) -> Mapping[str, Value]:
        """Where any key may stand."""
        self._asked += self._values
        return self._values

    def close(self) -> None:
        for name, value in self._values.items():
            if name not in self._asked:
                raise value.error(f"»{name}« gibt es hier nicht; möglich sind {', '.join(sorted(set(self._asked)))}")


def read_yaml(text: str, file: str) -> Block:
    """Raises ConfigurationError."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{file}, Zeile {line}: kein gültiges YAML ({error.problem})") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{file}: kein gültiges YAML") from error
    if node is None:
        raise ConfigurationError(f"{file}: die Datei ist leer")
    return Value(file, node).block()


def one_of(value: Value, allowed: Sequence[str]) -> str:
    """Raises ConfigurationError that lists what is allowed."""
    found = value.text()
    if found not in allowed:
        raise value.error(f"»{found}« gibt es hier nicht; möglich sind {', '.join(allowed)}")
    return found
