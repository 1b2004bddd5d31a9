"""The demo's story, chapter by chapter."""
