"""Walking any DCAT feed as the portals up the chain do, and telling its publisher what they will make of it.

`walk.walk` asks (through `asking.Ask`), `page.inspect` judges one page in a limited child, `check.check` puts both together.
"""
