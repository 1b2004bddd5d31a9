"""Generation: the touches of a day become messages."""
