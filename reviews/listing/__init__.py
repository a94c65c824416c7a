"""Every action of a person's teams, filtered: the rows behind every number."""
