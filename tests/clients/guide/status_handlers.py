STATUS_HANDLERS = {
    'approved': lambda r: execute_action(r),
    'pending_approval': lambda r: wait_for_approval(r),
    'rejected': lambda r: log_denial(r),
}

handler = STATUS_HANDLERS.get(result['status'], handle_unknown)
handler(result)
