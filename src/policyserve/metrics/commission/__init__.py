"""Commission: rates, and what customers and books are worth by them."""
