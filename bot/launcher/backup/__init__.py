"""Copies of everything that must not be lost, the way back, and the drill that proves both."""
