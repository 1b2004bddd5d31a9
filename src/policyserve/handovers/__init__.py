"""Hand-over sets: whose households a leaver leaves, who can take them, and what becomes of it."""
