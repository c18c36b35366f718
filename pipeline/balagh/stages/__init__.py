"""The stages of the pipeline: each reads, calls, writes, and has no logic of its own."""
