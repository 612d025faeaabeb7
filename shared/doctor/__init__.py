"""What `steward doctor` looks at, and what it says of it: in words, with what to do."""
