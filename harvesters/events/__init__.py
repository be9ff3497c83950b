"""Public dates: what calendars, event plug-ins and pages say of them, as rows of the table `event`."""
