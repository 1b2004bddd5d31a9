"""Referrals (转介绍): people, the funnel, and the points of referrers."""
