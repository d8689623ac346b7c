"""Audits of the files, containers and images by which an environment is started: what is wrong, where, why, and what to write.

A rule never sees text: a file is read into stages, commands and launches first (`model.py`), by the parser of its own language.
"""
