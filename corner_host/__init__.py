"""The .NET Generic Host in Python."""
