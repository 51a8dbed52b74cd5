"""`python -m benchmarks.channels`: WeChat and the website under load, in one run on one machine."""
