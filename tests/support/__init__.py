"""What the tests stand on: services, processes, the production environment, the long checks."""
