"""What sensor networks of all kinds have in common: stations, datastreams, units, layers."""
