"""The assistant around Rasa: channels, understanding, complaint intake."""
