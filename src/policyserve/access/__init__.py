"""Access: users, what each may see, sessions, and the audit log."""
