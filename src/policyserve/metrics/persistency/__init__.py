"""Persistency (继续率), and the gap to its target."""
