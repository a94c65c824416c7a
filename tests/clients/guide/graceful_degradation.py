try:
    result = client.submit_action(action)
except requests.exceptions.ConnectionError:
    # Fallback: Log and notify operator
    logger.error("ASCEND Authorization Center unreachable")
    send_alert("Authorization system down - manual review required")

    # Option: Deny by default (fail-safe)
    raise PermissionError("Authorization system unavailable")

    # Or: Allow with audit trail (fail-open)
    logger.warning("Proceeding without authorization - HIGH RISK")
    audit_log.write("unauthorized_action", action)
