"""Web addresses that name a person's account."""

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import parse_qsl, unquote

from schemas.personal_data.folding import Span
from schemas.personal_data.words import word_list

_LINK = re.compile(
    r"(?:https?://|ftp://|\bwww\.|(?<![\w.@/])(?:[a-z]{2}-[a-z]{2}\.|m\.)?(?:facebook|instagram|linkedin|xing|twitter|tiktok"
    r"|x)\.com/)[^\s<>\"]++",
    re.IGNORECASE,
)
_MAILTO = re.compile(r"\bmailto:[^\s<>\"]++", re.IGNORECASE)
_PARTS = re.compile(
    r"(?:(?:https?|ftp)://)?(?P<user>[^/?#@]*+@)?(?P<host>[^/?#@]*+)(?P<path>[^?#]*+)(?:\?(?P<query>[^#]*+))?", re.IGNORECASE
)
USER_FOLDERS = word_list(
    "user users u profile profiles profil profile-page member members mitglied mitglieder author authors autor autoren nutzer"
    " benutzer benutzerprofil account"
    " accounts people person personen"
)
_USER_PARAMETERS = word_list(
    "user username user_id userid author autor nutzer benutzer uid member mitglied profile email mail e-mail phone telefon"
)
_NETWORKS = ("facebook.com", "instagram.com", "twitter.com", "x.com", "t.me", "linkedin.com", "xing.com", "tiktok.com", "threads.net")
_NO_ACCOUNT = word_list(
    "p reel reels explore stories hashtag intent share sharer sharer.php watch groups events event pages search company"
    " companies school jobs i home status posts"
    " plugins tr dialog photo photos videos about legal privacy help"
)
_NO_NAME = re.compile(
    r"index\.\w+|[\w-]+\.(?:html?|json|xml|css|js)|v?\d++(?:\.\d++){1,5}|login|logout|register|sign_in|sign_up|new|all|search|password",
    re.IGNORECASE,
)
_CLOSING = ".,;:!?)]}'’”“»"


def links(text: str) -> Iterator[Span]:
    for found in _LINK.finditer(text):
        address = found[0].rstrip(_CLOSING)
        if _names_an_account(address):
            yield found.start(), found.start() + len(address)
    for found in _MAILTO.finditer(text):
        yield found.start(), found.start() + len(found[0].rstrip(_CLOSING))


def _names_an_account(address: str) -> bool:
    parts = _PARTS.match(address)
    if not parts:
        return False
    folders = [unquote(each) for each in parts["path"].split("/") if each]
    return bool(
        parts["user"]
        or _has_user_folder(folders)
        or _has_user_parameter(parts["query"] or "")
        or _is_network_account(parts["host"].lower(), folders)
    )


def _has_user_folder(folders: list[str]) -> bool:
    if any(each[0] in "~@" and len(each) > 2 for each in folders):
        return True
    return any(folder.lower() in USER_FOLDERS and not _NO_NAME.fullmatch(name) for folder, name in pairwise(folders))


def _has_user_parameter(query: str) -> bool:
    return bool(query) and any(name.lower() in _USER_PARAMETERS for name, _ in parse_qsl(query[:2000], max_num_fields=200))


def _is_network_account(host: str, folders: list[str]) -> bool:
    if not folders or not any(host == each or host.endswith("." + each) for each in _NETWORKS):
        return False
    if folders[0].lower() in ("in", "profile.php", "profile"):
        return True
    return folders[0].lower() not in _NO_ACCOUNT
