"""The governed answers: read from data/nlu/faq, checked, looked up by id."""
