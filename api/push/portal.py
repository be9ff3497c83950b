"""A CKAN portal as push needs it: named questions and orders over one `call`. Answers are checked for their shape before they are used."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from api.push.errors import Forbidden, NotThere, PortalError

Json = dict[str, Any]
Call = Callable[[str, Mapping[str, Any]], Any]  #: (action, arguments) -> result; raises PortalError
#: CKAN cuts longer pages without a word (compat.md 2.2).
_PAGE = 1000


class Portal:
    def __init__(self, call: Call) -> None:
        self._call = call

    def packages(self) -> Iterator[Json]:
        """All that the token may see, private ones too, each once. Raises PortalError when the portal does not turn pages."""
        seen: set[str] = set()
        start = 0
        while True:
            # Over all organisations: a package of ours may lie in one that publishes nothing any more.
            wanted = {"start": start, "rows": _PAGE, "sort": "id asc", "include_private": True, "include_drafts": True}
            answer = _object(self._call("package_search", wanted))
            page = [_package(each) for each in _list(answer.get("results"))]
            new = [each for each in page if each["id"] not in seen]
            if not new:
                break
            seen.update(each["id"] for each in new)
            yield from new
            start += len(page)
        if page and start < int(answer.get("count") or 0):
            raise PortalError("Die Suche des Portals gibt immer dieselbe Seite; was es hat, lässt sich so nicht feststellen.")

    def package(self, which: str) -> Json | None:
        """By id or name, deleted ones too where the token may see them; None when there is none. Raises PortalError."""
        try:
            return _package(self._call("package_show", {"id": which}))
        except NotThere:
            return None

    def create(self, content: Mapping[str, Any]) -> Json:
        return _package(self._call("package_create", content))

    def patch(self, content: Mapping[str, Any]) -> None:
        self._call("package_patch", content)

    def delete(self, package: str) -> None:
        """Marks it as deleted: its name and id stay taken, and administrators of the portal can still read it."""
        self._call("package_delete", {"id": package})

    def erase(self, package: str) -> None:
        """Nothing of it stays; only administrators (sysadmin) may. Raises Forbidden."""
        self._call("dataset_purge", {"id": package})

    def own_organizations(self) -> frozenset[str]:
        """Names of those in which the token may create data sets."""
        return _names(self._call("organization_list_for_user", {"permission": "create_dataset"}))

    def has_organization(self, name: str) -> bool:
        """True also when the token may not see it."""
        try:
            self._call("organization_show", {"id": name, "include_datasets": False})
        except NotThere:
            return False
        except Forbidden:
            return True
        return True

    def create_organization(self, content: Mapping[str, Any]) -> None:
        self._call("organization_create", content)

    def groups(self) -> frozenset[str]:
        """Names of all of them."""
        return frozenset(str(each) for each in _list(self._call("group_list", {})))

    def own_groups(self) -> frozenset[str]:
        """Names of those to which the token may add data sets."""
        return _names(self._call("group_list_authz", {}))

    def create_group(self, content: Mapping[str, Any]) -> None:
        self._call("group_create", content)


def _names(answer: Any) -> frozenset[str]:
    return frozenset(str(_object(each).get("name")) for each in _list(answer))


def _object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise PortalError("Seine Antwort hat nicht die Form, die CKAN gibt.")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise PortalError("Seine Antwort hat nicht die Form, die CKAN gibt.")
    return value


def _package(value: Any) -> Json:
    found = _object(value)
    if not isinstance(found.get("id"), str) or not isinstance(found.get("name"), str):
        raise PortalError("Einem Datensatz in seiner Antwort fehlen Kennung oder Name.")
    return found
