"""CKAN's envelope around every answer (compat.md, section 1)."""

from typing import Any

import orjson

from api.web.answers import Representation, represent
from api.web.ckan.errors import ActionError
from api.web.templating import Addresses


def success(addresses: Addresses, action: str, result: Any) -> Representation:
    return _answer({"help": _help(addresses, action), "success": True, "result": result})


def failure(addresses: Addresses, action: str, error: ActionError) -> Representation:
    return _answer({"help": _help(addresses, action), "success": False, "error": error.document()}, status=error.status)


def text_only(message: str) -> Representation:
    """A JSON text as the whole body: an unknown action, a body that is no JSON."""
    return _answer(message, status=400)


def _answer(document: Any, *, status: int = 200) -> Representation:
    return represent(orjson.dumps(document), "application/json;charset=utf-8", status=status)


def _help(addresses: Addresses, action: str) -> str:
    return addresses.absolute(f"/api/3/action/help_show?name={action}")
