"""What is published: store, files, plans, editions, tombstones, search, formats."""
