"""DIPAS: the Participatory Data Specification as it is served."""
