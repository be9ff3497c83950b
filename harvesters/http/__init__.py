"""Reading sources in the web. `fetch` is the way in; importing it loads the HTTP client, importing this package does not."""
