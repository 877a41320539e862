"""Group items about one event into stories."""
