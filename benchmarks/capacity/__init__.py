"""`python -m benchmarks.capacity`: from what was measured to what so many customers need."""
