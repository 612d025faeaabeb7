"""What is sent to people: planned once, sent once."""
