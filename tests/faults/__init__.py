"""What is done to the adapter on the wire, and what comes of it."""
