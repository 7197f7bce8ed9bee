"""What the tables say: shares, keyness, distances, clusters, and how sure any of it is.

Every function takes tables and gives a table. Uncertainty is in passages: paragraphs are what is resampled and
permuted, never words or single sentences, because neighbouring sentences depend on each other.
"""
