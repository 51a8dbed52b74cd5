"""What a complaint is, how it is journaled and how it reaches the case store.

Importing this package must not import Rasa or TensorFlow: unit tests start in under a second.
"""
