"""What the answers of a running host look like on a terminal. Pure: from JSON data to lines of text."""
