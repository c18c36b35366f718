"""Long forms of the tests of trust; each module is a command: `python -m tests.fuzz.NAME`."""
