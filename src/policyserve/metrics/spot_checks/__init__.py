"""Spot checks (抽查): samples, and what customers said."""
