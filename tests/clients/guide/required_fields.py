required_fields = [
    "agent_id",       # Unique identifier for your agent
    "action_type",    # Type of action (query, data_access, transaction, etc.)
    "description",    # Human-readable description
    "tool_name"       # Tool/resource being accessed
]
