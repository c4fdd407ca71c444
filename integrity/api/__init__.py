"""The API: tokens, and what every resource shares. The resources themselves are in their apps."""
