"""What type checkers see of the container."""
