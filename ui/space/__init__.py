"""This project as a Hugging Face Space: its settings, README's block of them, and publishing."""
