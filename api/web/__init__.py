"""The public web application: pages, downloads, feed and native API. Read access only."""
