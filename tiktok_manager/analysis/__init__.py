"""Pure calculations on counters: growth, best times, forecasts. No storage, no network."""
