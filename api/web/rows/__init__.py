"""`/api/v1/datasets/{name}/rows`: questions to the newest edition of a table, page by page or as a file of all rows."""
