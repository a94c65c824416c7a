# GOOD - Detailed context helps governance
result = client.submit_action(
    agent_id="support-agent",
    agent_name="Support AI",
    action_type="data_modification",
    description="Update customer email per verified change request CR-789",
    tool_name="customer_database",
    resource="customer_profiles",
    action_details={
        "customer_id": "12345",
        "field": "email",
        "old_value": "old@example.com",
        "new_value": "new@example.com"
    },
    context={
        "change_request_id": "CR-789",
        "verification_method": "phone_callback",
        "verified_by": "agent-456",
        "ticket_id": "SUPP-8901"
    },
    risk_indicators={
        "pii_involved": True,
        "customer_requested": True,
        "verified": True
    }
)
