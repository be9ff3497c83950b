"""Values of sensors, taken now and then, so that there is a history although the live service forgets (docs/adr/0024-sampled-values.md)."""
