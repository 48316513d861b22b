"""Build-time: a small network that hears one phrase, trained on synthesized speech. The only part that needs torch."""
