"""What the API reads, a module for each noun. An operation asks facts or rows, and shows them."""
