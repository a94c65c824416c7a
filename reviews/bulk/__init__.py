"""Many actions with one press: the verb and its page."""
