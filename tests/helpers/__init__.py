"""What tests share: sizes for each tier, and ways to set up what they test."""
