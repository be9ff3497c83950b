"""The Data Package of the newest edition, with addresses for reading it over HTTP, and as a ZIP to take along."""
def package_json(web,name): return {}
def package_zip(web,name): return b""
