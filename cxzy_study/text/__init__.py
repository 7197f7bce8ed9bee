"""Characters, no opinions: spans, numerals, script, words, folding, matching."""
