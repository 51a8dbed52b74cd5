"""What campaigns achieve, counted: facts without personal data, each counted once."""
