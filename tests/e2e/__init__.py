"""The whole product seen through a real browser."""
