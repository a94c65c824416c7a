from owkai_client import OWKAIClient

client = OWKAIClient()

# Submit action using AgentAction data class
from owkai_client import AgentAction

action = AgentAction(
    agent_id="customer-service-agent-001",
    agent_name="Customer Service AI",
    action_type="query",
    resource="customer_profiles",
    action_details={
        "operation": "read",
        "fields": ["name", "email", "support_tier"]
    },
    context={
        "ticket_id": "4521",
        "purpose": "support_ticket_resolution"
    }
)

result = client.submit_action(action)
