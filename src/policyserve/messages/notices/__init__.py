"""Notices to agents: each one's agenda of the day, pushed to the channel of their choice at a set hour."""
