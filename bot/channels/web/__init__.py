"""The website: a Rasa input channel and the chat page it serves."""
