"""The figures: persistency, referrals, add-ons, collection; pure functions over the columns of the book."""
