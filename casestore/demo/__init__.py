"""Invented banks: one to try the console out with, and ever so many cases to measure it with."""
