"""Waking: who is spoken to. A phrase in two stages, a button, and a window after each reply.

sound of a stretch of speech -> detector (cheap) -> gate -> recognizer -> phrase read and taken off -> parser
"""
