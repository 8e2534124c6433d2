"""What the journeys cost: storage operations, which have budgets, and time, shown beside what it cannot beat."""
