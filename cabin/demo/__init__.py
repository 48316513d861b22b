"""The main job on bundled recordings against the simulated car, with no configuration."""
