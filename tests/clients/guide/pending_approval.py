if result['status'] == 'pending_approval':
    print(f"⏳ Action {result['id']} requires human approval")

    # Option 1: Wait synchronously with timeout
    import time
    timeout = 60  # seconds
    start_time = time.time()

    while time.time() - start_time < timeout:
        # Poll status endpoint
        status_response = requests.get(
            f"https://pilot.owkai.app/api/v1/actions/{result['id']}/status",
            headers=headers
        )
        status = status_response.json()

        if status['status'] != 'pending_approval':
            break

        time.sleep(5)  # Poll every 5 seconds

    if status['status'] == 'approved':
        print("✅ Action approved after human review")
        execute_action()
    elif status['status'] == 'rejected':
        print(f"❌ Action denied: {status.get('reason')}")
    else:
        print("⏱️ Approval timeout - action still pending")
