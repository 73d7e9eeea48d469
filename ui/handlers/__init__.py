"""What the pages do: plain values in, plain values out, no Gradio."""
