"""Operator pages: a web application of its own, in a process of its own. The public web never imports it, and can't be reached from it."""
