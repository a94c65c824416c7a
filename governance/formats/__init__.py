"""How dates are written where Django writes them: year first, with the zone, in every language."""
