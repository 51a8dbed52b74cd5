"""The few named overrides of Rasa, each with its own test."""
