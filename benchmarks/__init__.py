"""Ratios measured in one run (`make bench`), recorded in docs/performance.md. Nothing here is a test: machines differ."""
