"""What is sent to people: the queue, the channels and the delivery log."""
