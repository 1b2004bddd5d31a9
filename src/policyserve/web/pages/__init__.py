"""Pages: a module for each, which asks operations and names a template; none computes."""
