"""Figures of follow-up calls."""
