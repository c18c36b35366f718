"""A local page to try the tagger on, and its JSON API. Needs the extra ``web``."""
