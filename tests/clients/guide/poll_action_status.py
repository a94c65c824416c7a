def poll_action_status(action_id: int, timeout: int = 60) -> dict:
    """
    Poll action status until decision made or timeout.

    Returns: Final status dict
    """
    import time
    start_time = time.time()

    while time.time() - start_time < timeout:
        response = requests.get(
            f"https://pilot.owkai.app/api/v1/actions/{action_id}/status",
            headers={"Authorization": f"Bearer {api_key}"}
        )

        status = response.json()

        # Check if decision made
        if status['status'] in ['approved', 'rejected', 'executed']:
            return status

        # Wait before next poll
        time.sleep(5)

    return {"status": "timeout", "action_id": action_id}
