"""Figures of complaints: the list of them, and what they come to by class, cause and team."""
