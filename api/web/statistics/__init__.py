"""`/api/v1/statistics`: releases of statistics, one query string in many forms."""
