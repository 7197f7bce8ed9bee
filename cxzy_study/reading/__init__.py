"""Bytes to units: encodings, pages, headings, sentences, and ledgers that account for every character."""
