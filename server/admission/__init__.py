"""Who may ask how much: budgets of points, which operations are paid from before they run."""
