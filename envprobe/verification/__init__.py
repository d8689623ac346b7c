"""Whether a report still carries the record that it was given, who signed it, and what lies beside it."""
