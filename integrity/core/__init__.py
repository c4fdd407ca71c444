"""Ground floor: clock, keys, errors and text rules. No models, no Django app."""
