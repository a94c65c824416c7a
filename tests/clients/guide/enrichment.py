# From enrichment.py
enrichment = evaluate_action_enrichment(
    action_type=data["action_type"],
    description=data["description"],
    context={
        "agent_id": data["agent_id"],
        "tool_name": data["tool_name"]
    }
)

risk_level = enrichment.get("risk_level", "medium")
