"""What must hold whatever happens: the invariants of actions, judged by what the ledger says and nothing else."""
