"""What is done to the adapter on the wire, and what comes of it: tables of cases, and what runs them."""
