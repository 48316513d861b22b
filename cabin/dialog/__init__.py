"""What was said before, and what is said back."""
