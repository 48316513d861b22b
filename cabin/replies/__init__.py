"""What is said to the driver, heard: tones and speech, beside the text that the screen feed has anyway.

Two processes do it, started when they are wanted and ended when they are not: one turns text into sound (the voice),
one plays it (the player). Neither can hold up the daemon: it only sends them messages.
"""
