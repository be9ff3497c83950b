"""Charts of a release: which there are, what they say, how they are drawn and kept. Only `drawing` loads the libraries that draw."""
