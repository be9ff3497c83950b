"""The library's own storage, but with both ends of a datastream's periods.

Version 1.2.0 answers with the beginning alone, which its own response schema refuses: 500 for every datastream that has one.
"""

from typing import Any

from django.db.models import Max, Min
from sensorthings.types import Absent
from sensorthings.versions.v1_1.backends.django.adapter import DjangoBackendAdapter
from sensorthings.versions.v1_1.backends.django.models import Datastream

_PERIODS = ("phenomenon_time", "result_time")


class PeriodAdapter(DjangoBackendAdapter):
    """Periods come from the row; where it has none, the time of phenomena comes from the observations."""

    def get_entities(
        self, manager: Any, filters: Any = None, orderby: Any = None, group_by: Any = None, select: Any = None, *more: Any
    ) -> Any:
        """With whole rows and what they belong to. The library loads both one entity at a time; its answers are the same."""
        rows = manager.select_related("thing", "sensor", "observed_property") if manager.model is Datastream else manager
        return super().get_entities(rows, filters, orderby, group_by, None, *more)

    def get_datastreams(self, *positional: Any, **named: Any) -> Any:
        result = super().get_datastreams(*positional, **named)
        asked = named.get("select") or _PERIODS
        rows = _stored(list(result.entities))
        for number, entity in result.entities.items():
            for period in _PERIODS:
                begin, end = rows[number][period] if period in asked else (None, None)
                setattr(entity, period, f"{begin.isoformat()}/{end.isoformat()}" if begin and end else Absent)
        return result


def _stored(numbers: list[Any]) -> dict[Any, dict[str, tuple[Any, Any]]]:
    """Id -> period -> (begin, end)."""
    found: dict[Any, dict[str, tuple[Any, Any]]] = {}
    for each in Datastream.objects.filter(pk__in=numbers):
        found[each.pk] = {name: (getattr(each, f"{name}_begin"), getattr(each, f"{name}_end")) for name in _PERIODS}
    without = [number for number, periods in found.items() if periods["phenomenon_time"][0] is None]
    for row in _observed(without):
        found[row["pk"]]["phenomenon_time"] = (row["first"], row["last"])
    return found


def _observed(numbers: list[Any]) -> Any:
    begins = "observations__phenomenon_time_begin"
    chosen = Datastream.objects.filter(pk__in=numbers)
    return chosen.annotate(first=Min(begins), last=Max(begins)).values("pk", "first", "last") if numbers else ()
