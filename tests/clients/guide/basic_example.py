import requests
import os

api_key = os.getenv('OWKAI_API_KEY')
headers = {
    "Authorization": f"Bearer {api_key}",
    "Content-Type": "application/json"
}

# Submit a low-risk action
response = requests.post(
    "https://pilot.owkai.app/api/v1/actions/submit",
    headers=headers,
    json={
        "agent_id": "customer-service-agent-001",
        "agent_name": "Customer Service AI",
        "action_type": "query",
        "description": "Retrieve customer profile for support ticket #4521",
        "tool_name": "customer_database",
        "resource": "customer_profiles"
    }
)

result = response.json()
print(f"Action ID: {result['id']}")
print(f"Status: {result['status']}")
print(f"Risk Score: {result['risk_score']}")
