"""Codebook, rules, codes with evidence, and how far coders agree."""
