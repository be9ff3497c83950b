"""Reports of defects by Open311 GeoReport v2."""
