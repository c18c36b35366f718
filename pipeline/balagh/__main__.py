"""`python -m balagh` is the command `balagh`."""

from balagh.cli import main

main()
