"""Who may sign what: the policy as data, and the judgement of signers as abstract facts."""
