"""How the pictures of a report are drawn: a module for each kind, shades and hatches for black and white."""
