"""Steps of the database schema, oldest first; a released step is never changed."""
