if result['status'] == 'rejected':
    print(f"❌ Action blocked by policy")
    print(f"Reason: {result.get('message')}")

    # Log the denial
    logger.warning(
        "Agent action rejected",
        extra={
            "action_id": result['id'],
            "agent_id": result['agent_id'],
            "risk_score": result['risk_score']
        }
    )

    # Do NOT proceed with the action
