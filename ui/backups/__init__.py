"""Snapshots of the database on a place that survives this machine: made while people work, taken back at the start."""
