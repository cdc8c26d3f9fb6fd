"""One file a metric: directions → a number each, with its standard error and status."""
