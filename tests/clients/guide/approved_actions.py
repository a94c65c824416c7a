if result['status'] == 'approved':
    # Proceed immediately
    print("✅ Action approved - executing")

    customer_data = fetch_customer_profile(
        customer_id="12345",
        fields=["name", "email", "support_tier"]
    )

    print(f"Retrieved customer data: {customer_data}")
