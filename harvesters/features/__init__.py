"""Station lists as features: OGC API Features, WFS with GeoJSON, and GeoJSON files."""
