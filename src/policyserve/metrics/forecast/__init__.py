"""Forecasts: what open cohorts will come to, and how long policies are kept."""
