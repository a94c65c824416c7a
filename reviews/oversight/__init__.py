"""How people review, for those who oversee it."""
