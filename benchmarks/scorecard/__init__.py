"""`make scorecard`: intent pipelines on the same data, the same test files, in the same run."""
