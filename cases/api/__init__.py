"""Resources of the API about reports, cases and the history."""
