"""What the operator's view costs the host that is looked at."""
