"""The seeded benchmark: host canaries, operation canaries, and the training of a small model, in a child process of the probe."""
