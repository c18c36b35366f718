"""HTML that people read: colours, highlighted sentences, whole tagged documents. Needs Jinja2 (extra ``report``)."""
