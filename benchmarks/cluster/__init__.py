"""`python -m benchmarks.cluster`: how throughput grows with Rasa processes behind nginx."""
