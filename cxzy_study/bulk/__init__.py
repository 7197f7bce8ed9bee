"""The same chain over a large corpus: by parts, in many processes, alive after a crash."""
