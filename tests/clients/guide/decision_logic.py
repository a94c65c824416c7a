# Authorization decision logic
requires_approval = risk_score >= 70
status = "pending_approval" if requires_approval else "approved"
