"""``corner-host dev``: a parent that watches, and a child that is the host.

The *parent* loads neither the application nor the host. It starts the child, and starts it again when a ``.py`` file has
changed; a file with a syntax error is shown, and what runs goes on. The *child* is the application in Development. It follows
its settings files by itself, and says which values it took over; a change of settings starts nothing again.

- ``supervisor``: the parent
- ``folders``: what it watches; ``sources``: whether what was saved is Python
- ``handing_over``: what parent and child give and tell each other
- ``announcing``: what the child says; of a restart, little
"""
