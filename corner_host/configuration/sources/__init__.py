"""Where values come from, one kind of source a file.

The builder's ``add_*`` methods make them; they are imported when first used. YAML needs the extra ``yaml``.
"""
