"""The table API."""
