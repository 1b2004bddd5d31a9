"""The words of screens, by noun."""
