"""Pages per project and per participation process, and the calendar of events: the published rows of all sources, put together."""
