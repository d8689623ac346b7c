"""Throw-away copies of targets in which something is changed and the benchmark run again: never in place."""
