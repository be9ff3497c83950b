"""Alembic's scripts; run by `catalog.database.Database.upgrade`, never by hand."""
