"""Telling people and chat rooms what waits for them: when, in which words, and by which way.

`reviews/outbox.py` writes notices in the transaction of what they tell about; deliveries.py sends them afterwards.
"""
