"""Texts: templates, what they may say, and how long the result is."""
