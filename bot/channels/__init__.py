"""How customers reach the assistant; one folder per channel."""
