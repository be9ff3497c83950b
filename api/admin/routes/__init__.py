"""Each module here is one part of the pages: a function takes a visit and gives an answer."""
