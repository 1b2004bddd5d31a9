"""The service standard: what was promised, as data."""
