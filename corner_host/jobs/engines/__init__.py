"""The engines that jobs run on; each is a side door, imported when the configuration names it."""
