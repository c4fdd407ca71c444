"""The demo world: people, courses and cases to look at. Everything in it is invented."""
