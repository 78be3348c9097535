"""The words, values, events and decisions of emergency-information reporting. No I/O, no clock, no randomness."""
