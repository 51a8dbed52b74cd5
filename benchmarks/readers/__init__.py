"""`python -m benchmarks.readers`: our readers and other libraries on tests/data/expressions.yml."""
