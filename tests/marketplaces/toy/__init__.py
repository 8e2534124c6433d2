"""A marketplace that nobody has: what it takes to add a third, in the three places that a real one would touch."""
