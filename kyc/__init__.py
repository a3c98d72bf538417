"""The remote interview: participants, states, policy, conduct, evidence."""
