"""What foreign catalogues call the licences of our list. One table: dcat-ap.de (the forms of 2020 and before included), Creative Commons,
Open Data Commons, opendefinition.org, the EU authority table, SPDX, and the words CKAN portals use.

Sources: list version 20210721 with its text addresses (reference/dcat/shapes/vocab), `dcat_licenses_upgrade.json` and
`dcat_license_mapping.json` of ckanext-dcatde for old IRIs and CKAN ids, EU authority table licence. A licence without a version ("cc-by")
is none of ours: which one is meant would be a guess.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from schemas.upstream import StatedLicence
from schemas.values import Licence

_EU = "publications.europa.eu/resource/authority/licence/"
_DCAT_AP_DE = "dcat-ap.de/def/licenses/"
#: Everything below is compared in the form that `_plain` gives: without scheme, `www.`, trailing slash and language of the page.
_NAMES: Mapping[Licence, tuple[str, ...]] = {
    Licence.DL_ZERO_2: (
        "govdata.de/dl-de/zero-2-0",
        _EU + "dlde_zero_2_0",
        "dl-de-zero-2.0",
        "dl-zero-de-2.0",
        "dl-zero-de/2.0",
        "dl-de/zero-2-0",
        "dl-de/zero-2.0",
        "spdx.org/licenses/dl-de-zero-2.0",
    ),
    Licence.DL_BY_2: (
        "govdata.de/dl-de/by-2-0",
        _EU + "dlde_by_2_0",
        "dl-de-by-2.0",
        "dl-by-de-2.0",
        "dl-by-de/2.0",
        "dl-de/by-2-0",
        "dl-de/by-2.0",
        "spdx.org/licenses/dl-de-by-2.0",
    ),
    Licence.CC_ZERO: (
        "creativecommons.org/publicdomain/zero/1.0",
        "opendefinition.org/licenses/cc-zero",
        _EU + "cc0",
        "cc-zero",
        "cc0",
        "cc0-1.0",
        "cc-zero-1.0",
        "spdx.org/licenses/cc0-1.0",
    ),
    Licence.CC_BY_4: (
        "creativecommons.org/licenses/by/4.0",
        _EU + "cc_by_4_0",
        "cc-by-4.0",
        "cc-by/4.0",
        "spdx.org/licenses/cc-by-4.0",
    ),
    Licence.CC_BY_SA_4: (
        "creativecommons.org/licenses/by-sa/4.0",
        _EU + "cc_bysa_4_0",
        "cc-by-sa-4.0",
        "cc-by-sa/4.0",
        "spdx.org/licenses/cc-by-sa-4.0",
    ),
    Licence.ODBL: (
        "opendatacommons.org/licenses/odbl",
        "opendatacommons.org/licenses/odbl/1.0",
        "opendatacommons.org/licenses/odbl/1-0",
        "opendefinition.org/licenses/odc-odbl",
        _EU + "odc_bl",
        _DCAT_AP_DE + "od-bl",
        "odc-odbl",
        "odbl",
        "odbl-1.0",
        "spdx.org/licenses/odbl-1.0",
    ),
    Licence.ODC_BY: (
        "opendatacommons.org/licenses/by",
        "opendatacommons.org/licenses/by/1.0",
        "opendatacommons.org/licenses/by/1-0",
        "opendefinition.org/licenses/odc-by",
        _EU + "odc_by",
        _DCAT_AP_DE + "od-bc",
        "odc-by",
        "odby",
        "odc-by-1.0",
        "spdx.org/licenses/odc-by-1.0",
    ),
    Licence.PDDL: (
        "opendatacommons.org/licenses/pddl",
        "opendatacommons.org/licenses/pddl/1.0",
        "opendatacommons.org/licenses/pddl/1-0",
        "opendefinition.org/licenses/odc-pddl",
        _EU + "odc_pddl",
        _DCAT_AP_DE + "odc-pddl",
        "odc-pddl",
        "odcpddl",
        "pddl",
        "pddl-1.0",
        "spdx.org/licenses/pddl-1.0",
    ),
    Licence.OFFICIAL_WORK: (
        "gesetze-im-internet.de/urhg/__5.html",
        _DCAT_AP_DE + "official-work",
        "official-work",
        "officialwork",
    ),
}
#: What catalogues write where they say nothing of a licence.
_NOTHING = frozenset({"", "notspecified", "not specified", "none", "null", "-", "keine angabe", "k.a.", "unbekannt", "unknown"})
_PAGE = re.compile(r"/(?:deed|legalcode)(?:\.[a-z_-]{2,8})?$")


def licence_of(stated: Iterable[str], *, attribution: str = "") -> StatedLicence:
    """`stated`: IRIs and names as one record gives them, the surest first. The first one of our list counts; without one, what stands first
    stays as it is. Nothing stated: `StatedLicence()`."""
    given = [each.strip() for each in stated if each.strip().lower() not in _NOTHING]
    for each in given:
        known = _known().get(_plain(each))
        if known is not None:
            return StatedLicence(known=known, stated=each, attribution=attribution)
    return StatedLicence(stated=given[0] if given else "", attribution=attribution)


def _plain(stated: str) -> str:
    text = " ".join(stated.lower().split())
    text = re.sub(r"^https?://(?:www\.)?", "", text).partition("#")[0].rstrip("/")
    text = _PAGE.sub("", text).rstrip("/")
    # dcat-ap.de wrote versions as 2_0 until 2020.
    return re.sub(r"/(\d)_(\d)$", r"/\1.\2", text) if text.startswith(_DCAT_AP_DE) else text.replace(" – ", " ").replace(" - ", " ")


@cache
def _known() -> Mapping[str, Licence]:
    own = {_plain(name): each for each in Licence for name in (each.iri, each.text_url, each.title.de, each.title.en)}
    return own | {_plain(name): each for each, names in _NAMES.items() for name in names}
