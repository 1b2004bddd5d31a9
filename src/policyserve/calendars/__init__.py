"""Lunar dates, greeting days and working days; a market's calendar is a file."""
