"""Training: examples, targets, losses, runs, and the embedded checkpoint's recipe."""
