"""The plan: facts and a standard in, touches out; pure functions over columns."""
