"""The API: what machines, and pages without network, ask and do."""
