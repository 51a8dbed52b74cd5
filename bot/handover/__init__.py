"""A talk handed over to a person: its states, where it is kept, and the bank's desk behind it."""
