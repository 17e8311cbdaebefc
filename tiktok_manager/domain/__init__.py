"""The vocabulary of the product: pure values and rules, standard library only.

Every other room may import it; it imports none of them. Time is always an argument.
"""
