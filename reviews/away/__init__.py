"""The page on which people say who acts for them while they are away."""
