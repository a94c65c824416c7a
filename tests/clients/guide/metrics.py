# Track authorization metrics
metrics = {
    "total_actions": 0,
    "approved": 0,
    "pending": 0,
    "rejected": 0,
    "timeouts": 0
}

def track_action(result):
    metrics["total_actions"] += 1
    metrics[result['status']] += 1

    # Alert on high rejection rate
    rejection_rate = metrics["rejected"] / metrics["total_actions"]
    if rejection_rate > 0.1:  # 10%
        send_alert(f"High rejection rate: {rejection_rate:.1%}")
