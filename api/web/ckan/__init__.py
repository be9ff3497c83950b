"""The CKAN Action API, for reading: what clients of CKAN portals expect (reference: ckan/compat.md)."""
