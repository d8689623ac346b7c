"""The collectors, in the order in which they run: one function in one file, one line here."""

COLLECTORS = (  # section, file
    ("python", "python"),
    ("packages", "packages"),
    ("modules", "modules"),
    ("system", "system"),
    ("ospackages", "ospackages"),
    ("ospackages", "conda"),
    ("cpu", "cpu"),
    ("gpu", "gpu"),
    ("cuda", "cuda"),
    ("numerics", "numerics"),
    ("numerics", "floating_point"),
    ("environment", "environment"),
    ("code", "code"),
    ("data", "data"),
    ("integrity", "integrity"),
    ("numerics", "benchmark"),
)
