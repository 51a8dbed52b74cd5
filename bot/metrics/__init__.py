"""What processes of the assistant count for Prometheus. No label holds an id or a text."""
