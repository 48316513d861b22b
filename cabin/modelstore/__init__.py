"""Model files: what there is (models.yaml), how it is fetched, and whether what is on disk is still what was
fetched.
"""

from cabin.modelstore.listing import load_models, models_file
from cabin.modelstore.schema import ModelEntry
from cabin.modelstore.store import ModelReport, fetch_files, get_model, inspect_model

__all__ = ["ModelEntry", "ModelReport", "fetch_files", "get_model", "inspect_model", "load_models", "models_file"]
