"""What a complaint case is. No I/O, no clock, no environment: time comes in as an argument."""
