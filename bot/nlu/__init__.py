"""Rasa graph components that understand Chinese customers."""
