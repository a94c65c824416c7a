"""What the portal costs, against the least that Django REST framework could do instead. `make bench` runs it."""
