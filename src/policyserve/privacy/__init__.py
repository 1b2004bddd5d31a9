"""Privacy: what is held on one customer, put together, restricted, and erased as the law allows (PIPL 44 to 47)."""
