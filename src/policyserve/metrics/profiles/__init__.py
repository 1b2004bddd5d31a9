"""Profiles: how a market, or a company, counts persistency."""
