"""The commands of `python -m gliner2_core`."""
