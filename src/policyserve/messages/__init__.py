"""Texts to customers: what they say, how long they are, what may be sent."""
