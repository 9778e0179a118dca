"""One module a command; each is loaded when its command is used.

What loads the host is imported in the functions, so that the help of a command comes at once.
"""
