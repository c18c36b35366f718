"""What the tables of the README are made with."""
