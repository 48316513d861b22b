"""Time and memory: measured, enforced, told."""
