"""Visits: one agent, one household, one day; and the days on which they lie evenly. Numbers in columns, no SQL."""
