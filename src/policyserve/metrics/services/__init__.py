"""Figures of service: what was done in time, orphan policies, what service is worth."""
