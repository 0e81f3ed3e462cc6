"""What a person must do next."""
