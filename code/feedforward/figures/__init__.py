"""Figures of the book: parameters in, a matplotlib Figure out. One module per chapter."""
