"""`make run`: prepare a machine and keep all processes running."""
