"""Sound: files and devices in, utterances out."""
