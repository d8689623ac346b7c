"""What travels in a report: the record, its readable line, and how it is packed. Pure.

The room is not called `record`: importing it would put a module in the place of the function `envprobe.record`.
"""
