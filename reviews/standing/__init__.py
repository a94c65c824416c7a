"""Standing approvals on the people's side: proposing, voting, revoking, and their pages. What one covers: actions."""
