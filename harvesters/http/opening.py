"""From a configured source to its HttpFetch: the one place that knows which permission, limit and store goes where."""

import hashlib
import json
import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from harvesters.harvester import SourceConfig
from harvesters.http.address import Policy, Reach, SourcePolicy, WebAddress
from harvesters.http.asking import Asker, Surroundings, require_step
from harvesters.http.client import Client
from harvesters.http.credentials import Credential, secret_from
from harvesters.http.faults import HttpError
from harvesters.http.fetch import HttpFetch, Keep, NoRecall, Recall
from harvesters.http.limits import Limits
from harvesters.http.network import Dial, Resolver, system_dial, system_resolver
from harvesters.http.pace import FolderPace, MemoryPace, Pace
from harvesters.http.proxy import proxy_from
from harvesters.http.validators import FolderValidators, MemoryValidators, Validators
from schemas.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Web:
    """What all sources share. Build it once per process; the folder may be shared by several."""

    user_agent: str
    pace: Pace = field(default_factory=MemoryPace)
    validators: Validators = field(default_factory=MemoryValidators)
    proxy: str = ""  #: http://host:port; proxies in the environment are ignored
    proxy_login: Path | None = None  #: file with user:password
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    limits: Limits = field(default_factory=Limits)
    resolver: Resolver = system_resolver
    dial: Dial = system_dial
    ssl_context: ssl.SSLContext | None = None
    surroundings: Surroundings = field(default_factory=Surroundings)


def web_in(folder: Path, *, base_url: str, contact: str, proxy: str = "", proxy_login: Path | None = None) -> Web:
    """State in `folder` (`data/http`), a subfolder each for hosts and sources."""
    return Web(
        user_agent=user_agent(base_url, contact),
        pace=FolderPace(folder / "hosts"),
        validators=FolderValidators(folder / "sources"),
        proxy=proxy,
        proxy_login=proxy_login,
    )


def user_agent(base_url: str, contact: str) -> str:
    """Who asks, and whom to write to when we are a nuisance."""
    return re.sub(r"[^\x20-\x7e]", "", f"klar/{version('klar')} (+{base_url}; {contact})")


def open_source(
    source: SourceConfig,
    web: Web,
    *,
    keep_payload: Keep,
    keep_private: Keep | None = None,
    clock: Callable[[], datetime],
    recall: Recall | None = None,
    token_file: str = "",
    header: str = "Authorization",
    scheme: str = "Bearer",
    policy: Policy | None = None,
    alive: Callable[[], None] = lambda: None,
) -> HttpFetch:
    """`clock` is the run's and may stand still; `alive` is its sign of life, given once a minute. `header` and `scheme`: how this kind
    sends its secret. `policy` is for tests. Raises ConfigurationError."""
    home = _home(source)
    rules = policy or _policy(source, home)
    credential = _credential(source, home, rules, web, token_file=token_file, header=header, scheme=scheme)
    proxy = proxy_from(web.proxy, web.proxy_login)
    client = Client(rules, web.limits, resolver=web.resolver, dial=web.dial, proxy=proxy, ssl_context=web.ssl_context)
    asker = Asker(
        client,
        rules,
        web.limits,
        web.pace,
        web.surroundings,
        home=home,
        user_agent=web.user_agent,
        credential=credential,
        alive=alive,
    )
    return HttpFetch(
        home,
        asker,
        may_step=partial(require_step, rules),
        keep_payload=keep_payload,
        keep_private=keep_private,
        clock=clock,
        known=web.validators.current(source.name, variant_of(source)),
        recall=recall or NoRecall(),
        credential=credential,
    )


def stage(fetch: HttpFetch, source: SourceConfig, web: Web, run: int) -> None:
    """After the last record of a run and before its plan is stored. `web.validators.commit(source.name, run)` follows the plan's
    application, `discard` its rejection."""
    pending = fetch.pending()
    if pending is not None:
        web.validators.stage(source.name, variant_of(source), run, pending)


def variant_of(source: SourceConfig) -> str:
    """Changes with everything that decides what is kept of an answer."""
    what = [version("klar"), source.kind, source.url, dict(source.options), source.personal_data]
    return hashlib.sha256(json.dumps(what, default=str, sort_keys=True).encode()).hexdigest()[:16]


def _home(source: SourceConfig) -> WebAddress:
    try:
        home = WebAddress.parse(source.url)
    except HttpError as error:
        raise ConfigurationError(f"Quelle {source.name!r}: {error.detail}") from None
    if home.holds_secret:
        complaint = "Die Adresse enthält ein Zugangsgeheimnis; es gehört in token_env oder token_file."
        raise ConfigurationError(f"Quelle {source.name!r}: {complaint}")
    return home


def _policy(source: SourceConfig, home: WebAddress) -> SourcePolicy:
    try:
        return SourcePolicy(home, follow_hosts=source.follow_hosts, allow_private=source.allow_private)
    except HttpError as error:
        raise ConfigurationError(f"Quelle {source.name!r}, follow_hosts oder allow_private: {error.detail}") from error


def _credential(
    source: SourceConfig, home: WebAddress, rules: Policy, web: Web, *, token_file: str, header: str, scheme: str
) -> Credential | None:
    secret = secret_from(token_env=source.token_env, token_file=token_file, folder=source.folder, environ=web.environ)
    if secret is None:
        return None
    if home.scheme != "https" and not rules.may_reach(home.host, home.port, Reach.PRIVATE):
        complaint = "Ein Zugangsgeheimnis wird nur über https:// gesendet, oder an einen Rechner in allow_private."
        raise ConfigurationError(f"Quelle {source.name!r}: {complaint}")
    return Credential(secret=secret, header=header, scheme=scheme)
