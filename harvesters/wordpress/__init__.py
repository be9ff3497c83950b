"""WordPress sites: what their REST interface lists, and what per-site rules read of it."""
