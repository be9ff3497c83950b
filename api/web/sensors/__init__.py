"""Stations and the freshness of their values: `/sensors`, and what the page of a layer shows beside its rows."""
