"""What the product can do: one deep module per capability, complete without a window."""
