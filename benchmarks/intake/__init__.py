"""`python -m benchmarks.intake`: how fast filing is when it matters, in one run on one machine."""
