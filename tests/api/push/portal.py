"""A CKAN on loopback, as far as a client that publishes can tell: the actions push uses, the refusals of its validators, what it adds
to and changes in packages, who may do what. Facts: reference ckan/compat.md (sections 1, 2 and 4.3), ckan/logic/{schema,validators}.py.
"""

import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
TOKEN = "kanari-4f1c9d2e-geheim"
_WRITES = ("package_create", "package_patch", "package_delete", "dataset_purge", "organization_create", "group_create")
_FORMATS = {"geojson": "GeoJSON", "parquet": "Parquet"}
_PACKAGE = ("id", "name", "title", "notes", "type", "private", "author", "author_email", "maintainer", "maintainer_email", "license_id",
            "url", "version", "owner_org", "state", "extras", "groups", "tags", "resources")  # fmt: skip
_RESOURCE_NONE = ("cache_url", "cache_last_updated", "mimetype_inner", "resource_type", "url_type", "hash", "size", "description")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Refusal(Exception):
    def __init__(self, status: int, error: Json) -> None:
        super().__init__(error)
        self.status, self.error = status, error


def missing() -> Refusal:
    return Refusal(404, {"__type": "Not Found Error", "message": "Not found"})


def forbidden(text: str) -> Refusal:
    return Refusal(403, {"__type": "Authorization Error", "message": f"Access denied: {text}"})


def invalid(**fields: Any) -> Refusal:
    return Refusal(409, {"__type": "Validation Error", **fields})


@dataclass
class Ckan:
    """`sysadmin`: what the token is. `faults`: number of a write (from 1) -> 403, 409, 500, "html", "close" (before) or "lost" (after)."""

    address: str = ""
    sysadmin: bool = True
    packages: dict[str, Json] = field(default_factory=dict)
    organizations: dict[str, Json] = field(default_factory=dict)
    groups: dict[str, Json] = field(default_factory=dict)
    member_of: set[str] = field(default_factory=set)
    faults: dict[int, int | str] = field(default_factory=dict)
    requests: list[tuple[str, Json]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    unindexed: set[str] = field(default_factory=set)
    rows_max: int = 1000
    writes: int = 0
    refused_groups: bool = False

    # --- what tests ask ---

    def written(self) -> list[str]:
        return [action for action, _ in self.requests if action in _WRITES]

    def named(self, name: str) -> Json:
        return next(each for each in self.packages.values() if each["name"] == name)

    def active(self) -> dict[str, Json]:
        return {each["name"]: each for each in self.packages.values() if each["state"] == "active"}

    def add(self, name: str, **more: Any) -> Json:
        """A package of somebody else, past all rights."""
        content = {"id": str(uuid.uuid4()), "name": name, "title": name.title(), "state": "active", "extras": [], "resources": [],
                   "tags": [], "groups": [], **more}  # fmt: skip
        self.packages[content["id"]] = content
        return content

    def forget_requests(self) -> None:
        self.requests.clear()
        self.headers.clear()

    # --- actions ---

    def package_search(self, wanted: Json, user: bool) -> Json:
        shown = [each for each in self.packages.values() if each["state"] == "active" and each["id"] not in self.unindexed]
        if not (user and wanted.get("include_private")):
            shown = [each for each in shown if not each.get("private")]
        shown.sort(key=lambda each: str(each["id"]))
        start, rows = int(wanted.get("start", 0)), min(int(wanted.get("rows", 10)), self.rows_max)
        return {
            "count": len(shown),
            "results": [self.shown(each) for each in shown[start : start + rows]],
            "facets": {},
            "search_facets": {},
        }

    def package_show(self, wanted: Json, user: bool) -> Json:
        found = self._package(wanted["id"])
        if found["state"] != "active" and not user:
            raise forbidden("User not authorized to read package")
        return self.shown(found)

    def package_create(self, wanted: Json, user: bool) -> Json:
        self._require(user)
        if wanted.get("id") and not self.sysadmin:
            raise invalid(id=["The input field id was not expected."])
        if str(wanted.get("id")) in self.packages:
            raise invalid(id=["Dataset id already exists"])
        return self._save({"id": str(uuid.uuid4()), "state": "active", **wanted}, self._moment())

    def package_patch(self, wanted: Json, user: bool) -> Json:
        self._require(user)
        found = self._package(wanted["id"])
        return self._save({**self.shown(found), **wanted, "id": found["id"]}, found["metadata_created"])

    def package_delete(self, wanted: Json, user: bool) -> None:
        self._require(user)
        self._package(wanted["id"])["state"] = "deleted"

    def dataset_purge(self, wanted: Json, user: bool) -> None:
        self._require(user)
        if not self.sysadmin:
            raise forbidden("User not authorized to purge dataset")
        del self.packages[self._package(wanted["id"])["id"]]

    def organization_list_for_user(self, wanted: Json, user: bool) -> list[Json]:
        return [each for each in self.organizations.values() if user and (self.sysadmin or each["name"] in self.member_of)]

    def group_list_authz(self, wanted: Json, user: bool) -> list[Json]:
        return [each for each in self.groups.values() if user and (self.sysadmin or each["name"] in self.member_of)]

    def organization_show(self, wanted: Json, user: bool) -> Json:
        return self._place(self.organizations, wanted["id"])

    def group_list(self, wanted: Json, user: bool) -> list[str]:
        return sorted(self.groups)

    def organization_create(self, wanted: Json, user: bool) -> Json:
        return self._add_place(self.organizations, wanted, user)

    def group_create(self, wanted: Json, user: bool) -> Json:
        if self.refused_groups:
            raise forbidden("User not authorized to create groups")
        return self._add_place(self.groups, wanted, user)

    # --- what CKAN does with a package ---

    def _save(self, content: Json, created: str) -> Json:
        self._validate(content)
        organization = self._place(self.organizations, content["owner_org"])
        saved = {key: content.get(key) for key in _PACKAGE}
        saved |= {"owner_org": organization["id"], "metadata_created": created, "metadata_modified": self._moment()}
        saved["private"] = bool(content.get("private", False))
        saved["extras"] = sorted(
            ({"key": each["key"], "value": str(each["value"])} for each in content.get("extras") or []), key=lambda each: str(each["key"])
        )
        saved["groups"] = [self._place(self.groups, each.get("id") or each["name"]) for each in content.get("groups") or []]
        saved["tags"] = [
            {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, each["name"])), "display_name": each["name"], "state": "active",
             "vocabulary_id": each.get("vocabulary_id"), "name": each["name"]}
            for each in sorted(content.get("tags") or [], key=lambda each: str(each["name"]))
        ]  # fmt: skip
        saved["resources"] = [self._resource(each, content["id"], number) for number, each in enumerate(content.get("resources") or [])]
        self.packages[str(saved["id"])] = saved
        return self.shown(saved)

    def _resource(self, content: Json, package: str, position: int) -> Json:
        known = {key: value for key, value in content.items() if value is not None}
        if "last_modified" in known:
            known["last_modified"] = datetime.fromisoformat(known["last_modified"]).isoformat(timespec="microseconds")
        if "format" in known:
            known["format"] = _FORMATS.get(known["format"].lower(), known["format"].upper())
        return {
            **dict.fromkeys(_RESOURCE_NONE),
            **known,
            "id": known.get("id") or str(uuid.uuid4()),
            "package_id": package,
            "position": position,
            "state": "active",
            "created": known.get("created") or self._moment(),
            "metadata_modified": self._moment(),
            "datastore_active": known.get("datastore_active", False),
        }

    def shown(self, content: Json) -> Json:
        found = json.loads(json.dumps(content))
        organization = next((each for each in self.organizations.values() if each["id"] == found.get("owner_org")), None)
        computed = {
            "organization": organization,
            "num_tags": len(found["tags"]),
            "num_resources": len(found["resources"]),
            "license_title": found.get("license_id"),
            "isopen": False,
            "creator_user_id": str(uuid.UUID(int=1)),
            "relationships_as_object": [],
            "relationships_as_subject": [],
        }
        return dict(sorted({**found, **computed}.items()))

    def _validate(self, content: Json) -> None:
        complaints: Json = {}
        name = content.get("name") or ""
        if not re.fullmatch(r"[a-z0-9_-]{2,100}", name):
            complaints["name"] = ["Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"]
        if any(each["name"] == name and each["id"] != content["id"] for each in self.packages.values()):
            complaints["name"] = ["That URL is already in use."]
        if any(not re.fullmatch(r"[\w \-.]{2,100}", each["name"]) for each in content.get("tags") or []):
            complaints["tags"] = ["Tag must be alphanumeric characters or symbols: -_."]
        if content.get("maintainer_email") and not _EMAIL.fullmatch(content["maintainer_email"]):
            complaints["maintainer_email"] = ["Email is not a valid format"]
        keys = [each["key"] for each in content.get("extras") or []]
        if len(keys) != len(set(keys)):
            complaints["extras"] = [{"key": ["Duplicate key"]}]
        resources = [self._resource_complaints(each, content["id"]) for each in content.get("resources") or []]
        if any(resources):
            complaints["resources"] = resources
        if not content.get("owner_org") or not self._known(self.organizations, content["owner_org"]):
            complaints["owner_org"] = ["Organization does not exist"]
        if complaints:
            raise invalid(**complaints)
        self._authorize(content)

    def _authorize(self, content: Json) -> None:
        if not self.sysadmin:
            if self._place(self.organizations, content["owner_org"])["name"] not in self.member_of:
                raise forbidden("User not authorized to add dataset to this organization")
            if any(each["name"] not in self.member_of for each in content.get("groups") or []):
                raise forbidden("User not authorized to edit these groups")

    def _resource_complaints(self, resource: Json, package: str) -> Json:
        found: Json = {}
        try:
            uuid.UUID(resource.get("id") or str(uuid.uuid4()))
        except ValueError:
            found["id"] = ["Resource id is invalid"]
        others = (each for other in self.packages.values() if other["id"] != package for each in other["resources"])
        if any(each["id"] == resource.get("id") for each in others):
            found["id"] = ["Resource id already exists."]
        try:
            int(resource.get("size") or 0)
            datetime.fromisoformat(resource.get("last_modified") or "2026-01-01")
        except ValueError:
            found["size"] = ["Invalid"]
        return found

    def _package(self, which: str) -> Json:
        found = self.packages.get(which) or next((each for each in self.packages.values() if each["name"] == which), None)
        if found is None:
            raise missing()
        return found

    def _add_place(self, shelf: dict[str, Json], wanted: Json, user: bool) -> Json:
        self._require(user)
        if not self.sysadmin:
            raise forbidden("User not authorized to create this")
        if "id" in wanted and wanted["id"] in shelf:
            raise invalid(id=["exists"])
        shelf[wanted["name"]] = {"id": str(uuid.uuid4()), "display_name": wanted.get("title"), "state": "active", **wanted}
        return shelf[wanted["name"]]

    def _known(self, shelf: dict[str, Json], which: str) -> Json | None:
        return next((each for each in shelf.values() if which in (each["id"], each["name"])), None)

    def _place(self, shelf: dict[str, Json], which: str) -> Json:
        found = self._known(shelf, which)
        if found is None:
            raise missing()
        return found

    def _require(self, user: bool) -> None:
        if not user:
            raise forbidden("Action requires an authenticated user")

    def _moment(self) -> str:
        return datetime(2026, 11, 22, 8, 0, self.writes % 60, 123456).isoformat()  # noqa: DTZ001 - CKAN writes naive UTC


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # head and body in one packet
    ckan: Ckan

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        action, wanted = self.path.rpartition("/")[2], json.loads(body or b"{}")
        self.ckan.requests.append((action, wanted))
        self.ckan.headers.append({key.lower(): value for key, value in self.headers.items()})
        fault = self._fault(action)
        if fault == "close":
            self._hang_up()
            return
        if fault is not None and fault != "lost":
            self._fail(fault)
            return
        self._answer(action, wanted, lost=fault == "lost")

    def _fault(self, action: str) -> int | str | None:
        if action not in _WRITES:
            return None
        self.ckan.writes += 1
        return self.ckan.faults.get(self.ckan.writes)

    def _answer(self, action: str, wanted: Json, *, lost: bool) -> None:
        perform: Callable[[Json, bool], Any] | None = getattr(self.ckan, action, None)
        user = self.headers.get("Authorization") == TOKEN
        try:
            if perform is None:
                self._send(400, f"Bad request: Action name not known: {action}")
                return
            answer = {"help": "", "success": True, "result": perform(wanted, user)}
            status = 200
        except Refusal as refusal:
            answer, status = {"help": "", "success": False, "error": refusal.error}, refusal.status
        if lost:
            self._hang_up()
        else:
            self._send(status, answer)

    def _fail(self, fault: int | str) -> None:
        token = self.headers.get("Authorization")
        match fault:
            case 403:
                self._send(403, {"success": False, "error": {"__type": "Authorization Error", "message": f"Access denied: token {token}"}})
            case 409:
                error = {"__type": "Validation Error", "title": [f"zu kurz\x1b[31m {token}"], "resources": [{}, {"size": ["keine Zahl"]}]}
                self._send(409, {"success": False, "error": error})
            case 500:
                error = {"__type": "Internal Server Error", "message": f"Internal Server Error {token}"}
                self._send(500, {"success": False, "error": error})
            case _:
                self._send_bytes(502, f"<html>Bad Gateway {token}</html>".encode(), "text/html")

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _send(self, status: int, content: Any) -> None:
        self._send_bytes(status, json.dumps(content).encode(), "application/json;charset=utf-8")

    def _send_bytes(self, status: int, body: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that was closed on purpose is no news."""


@contextmanager
def serving(ckan: Ckan) -> Iterator[Ckan]:
    handler = type("Handler", (_Handler,), {"ckan": ckan})
    server = _Server(("127.0.0.1", 0), handler)
    ckan.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield ckan
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
