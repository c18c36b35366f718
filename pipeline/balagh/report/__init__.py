"""The report: one HTML file that shows what a model can and cannot do, and its model card. Needs Jinja2."""
