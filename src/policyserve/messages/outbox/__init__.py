"""The outbox: messages as rows, sent, answered and looked up."""
