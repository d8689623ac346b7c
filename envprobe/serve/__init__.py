"""A read-only page over a folder of documents: what was recorded, run and checked there, and any two of them compared."""
