"""CONSUL Democracy and its German fork: what their interfaces give, page by page, and what their exports hold."""
