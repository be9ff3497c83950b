"""Releases of statistics: kept, selected from, compared and written in many forms."""
