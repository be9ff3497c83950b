"""Migrations of the vault, run by `catalog.migrations.env`."""
