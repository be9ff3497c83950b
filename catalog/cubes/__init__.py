"""From rows to counts: what a declared statistic counts, exactly. Nothing here is public; what is comes out of `catalog.disclosure`."""
