"""The governed answers: read from data/nlu/faq, checked against their sources, reviewed, withdrawn."""
