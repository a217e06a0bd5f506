"""Parts of the page Forecast & need."""
