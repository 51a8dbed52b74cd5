"""Which of the trained models serves, which served before, and what a new one must show first.

Design: docs/adr/0013-model-gate.md.
"""
