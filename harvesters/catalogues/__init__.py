"""Data sets of other catalogues: from RDF, CKAN packages and data.json to `schemas.upstream.UpstreamDataset`. Pure."""
