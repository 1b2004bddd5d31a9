"""Tasks: touches released as work, what people do with them, and each agent's day."""
