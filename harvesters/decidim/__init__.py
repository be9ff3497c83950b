"""Decidim: participatory spaces, and what their components hold."""
