"""The small language model: from words to typed calls."""
