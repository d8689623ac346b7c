"""Run an experiment and record it; compare two recorded ones."""
