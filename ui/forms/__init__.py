"""What people fill in ↔ schemas: label boxes, task cards, structure cards, field specs."""
