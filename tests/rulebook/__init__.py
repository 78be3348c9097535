"""The rules: what comes with the package, what is refused, and how they are found."""
