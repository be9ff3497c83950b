"""A workbook for offices: what press, paper and on-site counts say, typed in and harvested like any other file."""

from harvesters.template.mapping import mapping_text
from harvesters.template.sheets import SHEETS
from harvesters.template.workbook import write_workbook

__all__ = ["SHEETS", "mapping_text", "write_workbook"]
