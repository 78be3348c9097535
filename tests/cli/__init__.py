"""The command line, tried as its users use it."""
