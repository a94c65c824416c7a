#!/usr/bin/env python3
"""
Production-ready agent with ASCEND authorization.
"""

import os
import logging
from typing import Dict, Any
from owkai_client import OWKAIClient, AgentAction

logging.basicConfig(level=logging.INFO)
logger = logging.getLogger(__name__)


class AuthorizedAgent:
    """AI agent with built-in authorization checks"""

    def __init__(self, agent_id: str, agent_name: str):
        self.agent_id = agent_id
        self.agent_name = agent_name
        self.client = OWKAIClient()

    def execute_with_authorization(
        self,
        action_type: str,
        description: str,
        tool_name: str,
        execute_fn: callable,
        **kwargs
    ) -> Any:
        """
        Execute function only if authorized by ASCEND.

        Args:
            action_type: Type of action
            description: Human-readable description
            tool_name: Tool/resource being accessed
            execute_fn: Function to execute if approved
            **kwargs: Additional action metadata

        Returns:
            Result of execute_fn if approved

        Raises:
            PermissionError: If action denied
            TimeoutError: If approval times out
        """
        # Submit action for authorization
        action = AgentAction(
            agent_id=self.agent_id,
            agent_name=self.agent_name,
            action_type=action_type,
            resource=kwargs.get('resource', 'unknown'),
            action_details=kwargs.get('action_details'),
            context=kwargs.get('context'),
            risk_indicators=kwargs.get('risk_indicators')
        )

        try:
            result = self.client.submit_action(action)
            logger.info(f"Action {result['id']}: {result['status']} (risk: {result['risk_score']})")

            if result['status'] == 'approved':
                logger.info("✅ Executing approved action")
                return execute_fn()

            elif result['status'] == 'pending_approval':
                logger.info("⏳ Waiting for human approval")

                # Wait for decision
                final_status = self.client.wait_for_decision(
                    action_id=result['id'],
                    timeout=60
                )

                if final_status.get('decision') == 'approved':
                    logger.info("✅ Approved after review - executing")
                    return execute_fn()
                else:
                    reason = final_status.get('reason', 'No reason provided')
                    raise PermissionError(f"Action denied: {reason}")

            else:
                raise PermissionError(f"Action not approved: {result['status']}")

        except Exception as e:
            logger.error(f"Authorization failed: {e}")
            raise


# Example usage
def example_customer_lookup():
    """Example: Customer service agent accessing customer data"""

    agent = AuthorizedAgent(
        agent_id="customer-service-001",
        agent_name="Customer Service AI"
    )

    def fetch_customer_data():
        """Actual data fetch (only called if approved)"""
        return {
            "customer_id": "12345",
            "name": "John Doe",
            "email": "john@example.com",
            "support_tier": "premium"
        }

    try:
        # This will only execute if ASCEND approves
        customer_data = agent.execute_with_authorization(
            action_type="data_access",
            description="Retrieve customer profile for support ticket",
            tool_name="customer_database",
            execute_fn=fetch_customer_data,
            resource="customer_profiles",
            context={
                "ticket_id": "4521",
                "support_agent": "agent-001"
            },
            risk_indicators={
                "pii_involved": True,
                "data_sensitivity": "medium"
            }
        )

        print(f"✅ Retrieved customer data: {customer_data}")

    except PermissionError as e:
        print(f"❌ Access denied: {e}")
    except TimeoutError:
        print("⏱️ Authorization timeout - escalating to supervisor")


if __name__ == "__main__":
    example_customer_lookup()
