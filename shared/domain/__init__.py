"""What we believe: pure values and rules, without clock, environment or network."""
