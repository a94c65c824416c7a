# Built-in wait helper from reference client
if result['decision'] == 'pending':
    final_status = client.wait_for_decision(
        action_id=result['action_id'],
        timeout=60,
        poll_interval=2.0
    )

    if final_status['decision'] == 'approved':
        execute_action()
    else:
        print(f"Action not approved: {final_status.get('error')}")
