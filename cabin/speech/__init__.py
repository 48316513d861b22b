"""From an utterance's samples to a transcript."""
