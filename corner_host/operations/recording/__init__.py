"""What is kept while the host runs: numbers and answers in bounded rings, runs and audit in files."""
