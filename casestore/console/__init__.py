"""The staff console: server-rendered pages behind a sign-in."""
