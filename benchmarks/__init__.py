"""`make bench`: Xiaobao against stock Rasa, same machine, same run, same data."""
