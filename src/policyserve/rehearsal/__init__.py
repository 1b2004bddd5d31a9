"""The rehearsal of a changed standard: what it would do before it is put in force, against the one that holds."""
