"""OGC SensorThings 1.0 and 1.1: questions, pages, and what is made of their entities."""
