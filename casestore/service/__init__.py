"""Use cases: rules applied through ports. I/O only by what is handed in."""
