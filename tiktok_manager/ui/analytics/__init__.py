"""What worked: followers over time, totals with their change, the last videos with counters."""
