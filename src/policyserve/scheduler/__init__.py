"""The scheduler: when the system does what it does by itself."""
