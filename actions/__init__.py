"""Rasa SDK actions, one file per conversation: slots in, one service call, events out."""
