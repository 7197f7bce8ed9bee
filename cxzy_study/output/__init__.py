"""Tables to what people look at: figures, and the report with its traced numbers."""
