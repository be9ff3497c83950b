"""What every form of a release says about itself: licence, citation, protection, what is missing and why."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote
from zoneinfo import ZoneInfo

from catalog.formats import About, Note
from catalog.statistics.columns import SIGNS, STATUS_TITLES, UNITS
from schemas.model import Site
from schemas.statistics import CellStatus, Cube, Profile, Release
from schemas.values import Licence, Text

_BERLIN = ZoneInfo("Europe/Berlin")
_BELOW = {Profile.ROUND5: 5, Profile.ROUND10: 10}


@dataclass(frozen=True, kw_only=True)
class Account:
    """A release and the site that publishes it."""

    release: Release
    site: Site

    @property
    def cube(self) -> Cube:
        return self.release.cube

    @cached_property
    def licence(self) -> Licence:
        return self.cube.licence or self.site.licence

    @property
    def attribution(self) -> str:
        return self.site.publisher.name if self.licence.attribution_required else ""

    @property
    def url(self) -> str:
        """What the statistic is, for programs."""
        return statistic_url(self.site, self.cube.name)

    def release_url(self, form: str, question: str = "") -> str:
        """Of these very numbers, for ever."""
        return f"{self.url}/releases/{quote(self.release.name)}.{form}" + (f"?{question}" if question else "")

    def citation(self, question: str = "", form: str = "csv") -> Text:
        """One sentence in each language; the address leads to the release, not to what is newest."""
        local = self.release.at.astimezone(_BERLIN)
        words = {
            "publisher": self.site.publisher.name,
            "year": local.year,
            "release": self.release.name,
            "url": self.release_url(form, question),
        }
        return Text(
            de="{publisher} ({year}): {title}. Stand {release}. {url} (Lizenz: {licence})".format(
                **words, title=self.cube.title.de, licence=self.licence.title.de
            ),
            en="{publisher} ({year}): {title}. Release {release}. {url} (licence: {licence})".format(
                **words, title=self.cube.title.in_language("en"), licence=self.licence.title.en
            ),
        )

    @cached_property
    def protection(self) -> Text:
        """What was done to the numbers before anybody saw them, in words."""
        return _protection(self.cube.profile)

    @property
    def remarks(self) -> tuple[Text, ...]:
        """What forms with one list of notes say: how it was counted, from when on otherwise, and what was done to the numbers."""
        return (self.cube.notes, *(each.sentence for each in self.cube.breaks), self.protection)

    def notes(self, question: str = "") -> tuple[Note, ...]:
        """In the order in which people should read them."""
        release, cube = self.release, self.cube
        merged = tuple(_note("merged", "Zusammengefasst", "Merged", each) for each in release.merged.values())
        return (
            *((_note("demonstration", "Achtung", "Attention", DEMONSTRATION),) if cube.demonstration else ()),
            _note("title", "Titel", "Title", cube.title),
            _note("release", "Stand", "Release", Text(de=release.name)),
            _note("reason", "Anlass des Stands", "Reason of the release", release.reason),
            _note("citation", "So zitieren", "How to cite", self.citation(question)),
            _note("licence", "Lizenz", "Licence", Text(de=self.licence.iri)),
            _note("counted", "Gezählt wird", "Unit", UNITS[cube.unit]),
            _note("base_population", "Grundgesamtheit", "Base population", cube.base_population),
            _note("method", "Methode und Grenzen", "Method and limits", cube.notes),
            *(_note("break", "Bruch in der Reihe", "Break in the series", each.sentence) for each in cube.breaks),
            _note("protection", f"Geheimhaltung ({release.rules})", f"Disclosure control ({release.rules})", self.protection),
            *merged,
            _note("symbols", "Zeichen", "Symbols", symbols()),
        )

    def about(self, url: str, question: str = "") -> About:
        """For the writers of tables."""
        return About(
            name=self.cube.name,
            title=self.cube.title,
            licence=self.licence,
            attribution=self.attribution,
            publisher=self.site.publisher.name,
            url=url,
            edition=self.release.number,
            modified=self.release.at,
            notes=self.notes(question),
        )


DEMONSTRATION = Text(
    de="Demonstration (synthetisch): Die Zahlen sind erfunden und sagen nichts über wirkliche Menschen.",
    en="Demonstration (synthetic): the numbers are invented and say nothing about real people.",
)


def statistic_url(site: Site, cube: str) -> str:
    return f"{site.base_url}/api/v1/statistics/{cube}"


def symbols() -> Text:
    """The codes of the column `status` and the signs of pages, with their meanings."""

    def line(status: CellStatus, language: str) -> str:
        return f"{status.value} ({SIGNS[status]}) = {STATUS_TITLES[status].in_language(language)}"

    german, english = ("; ".join(line(each, language) for each in STATUS_TITLES) for language in ("de", "en"))
    return Text(de=german, en=english)


def _note(name: str, german: str, english: str, content: Text) -> Note:
    text = content.de if not content.en or content.en == content.de else f"{content.de}\n\n{content.en}"
    return Note(name=name, title=Text(de=german, en=english), content=text)


def _protection(profile: Profile) -> Text:
    if profile in _BELOW:
        below = _BELOW[profile]
        return Text(
            de=f"Zahlen unter {below}, auch die Null, werden geheim gehalten, alle anderen auf Vielfache von {below} gerundet. "
            "Einzelne Werte müssen sich deshalb nicht zur Summe addieren.",
            en=f"Numbers below {below}, zero included, are withheld; all others are rounded to multiples of {below}. "
            "Values therefore need not add up to their total.",
        )
    if profile is Profile.SUPPRESS:
        return Text(
            de="Kleine Zahlen und solche, aus denen sie sich errechnen ließen, werden geheim gehalten; alle anderen sind genau.",
            en="Small numbers, and those that would give them away, are withheld; all others are exact.",
        )
    return Text(
        de="Keine: Gezählt werden weder Menschen noch etwas, das von ihnen stammt. Alle Zahlen sind genau.",
        en="None: neither people nor anything made by them is counted. All numbers are exact.",
    )
