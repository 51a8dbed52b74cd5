"""Where cases are kept: the only place that speaks SQL. SQLite and PostgreSQL behave alike."""
