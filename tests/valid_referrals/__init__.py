"""Valid referrals, made at random: every one of them has to pass all checks.

`referrals.referral` builds one from a source of randomness. `strategies` wraps it for hypothesis; the corpus
of bad referrals (`tests.corpus`) takes it with a fixed seed and breaks one thing. Everybody is invented, all
numbers are computed.
"""
