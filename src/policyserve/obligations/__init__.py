"""Obligations: what was owed on each occasion, by when, and the proof that it was done."""
