"""Building the intent model: the only part of cabin that imports torch."""
