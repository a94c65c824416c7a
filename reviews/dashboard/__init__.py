"""What the portal has to do, and how it went."""
