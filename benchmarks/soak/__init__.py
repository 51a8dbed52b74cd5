"""`python -m benchmarks.soak`: half an hour of mixed load; does anything grow that should not?"""
