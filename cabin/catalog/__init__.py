"""What can be said: intents, slots, signals and sentences, read from YAML beside the plugin that acts."""
