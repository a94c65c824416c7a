"""Agents as the people around them see them."""
