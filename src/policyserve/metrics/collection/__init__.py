"""Collection (收费率): what became of renewal premiums, and when they came in."""
