"""The book: what the branch's lists say."""
