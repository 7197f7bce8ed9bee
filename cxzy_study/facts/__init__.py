"""Facts: numbered formulas, quantities and bodies, each with the place where the text names it."""
