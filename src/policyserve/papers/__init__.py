"""Papers: what a branch prints and posts, made from the book."""
