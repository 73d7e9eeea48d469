"""The torch modules: encoder, heads, and the model that joins them."""
