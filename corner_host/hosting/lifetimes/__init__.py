"""The host lifetimes in the box: ``console`` (the default), ``systemd``, and the signals they share."""
