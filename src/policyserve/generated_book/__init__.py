"""A book that nobody owns: generated lists of any size, to show and to measure the product with."""
