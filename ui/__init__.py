"""The workbench's pages: the only package that knows both the model and Gradio."""
