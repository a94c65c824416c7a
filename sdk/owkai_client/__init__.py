"""Client for a Foureyes portal: ask before an agent acts, and act only on a clear yes.

The names are those of the guide "Your First Agent Action", so its programs run as they are printed.
"""

from .actions import AgentAction
from .agent import AuthorizedAgent
from .client import OWKAIClient
from .errors import (
    ActionDeniedError,
    ApiError,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    DecisionTimeoutError,
    ForbiddenError,
    InvalidActionError,
    InvalidRequestError,
    NotFoundError,
    OWKAIError,
    PortalTimeoutError,
    PortalUnreachableError,
    RateLimitedError,
    ServerError,
    UnexpectedAnswerError,
)

__version__ = "2.0.0"

__all__ = [
    "ActionDeniedError",
    "AgentAction",
    "ApiError",
    "AuthenticationError",
    "AuthorizedAgent",
    "ConfigurationError",
    "ConflictError",
    "DecisionTimeoutError",
    "ForbiddenError",
    "InvalidActionError",
    "InvalidRequestError",
    "NotFoundError",
    "OWKAIClient",
    "OWKAIError",
    "PortalTimeoutError",
    "PortalUnreachableError",
    "RateLimitedError",
    "ServerError",
    "UnexpectedAnswerError",
]
