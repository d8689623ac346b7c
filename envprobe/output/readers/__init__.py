"""One module for each kind of file: how it is compared (`compare`), and what is kept of it (`summarize`)."""
