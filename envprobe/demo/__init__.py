"""An environment like another one, in a folder that may be changed and thrown away, and what can go wrong in it."""
