"""See governance/formats."""
