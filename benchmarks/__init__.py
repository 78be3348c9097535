"""What things cost: measured on the machine at hand, printed as a table, judged by whoever reads it."""
