"""Bad referrals: good ones with one rule broken, and pairs of such, each with the answer that is expected.

The expectations are written from the form № 088/у and the catalogue of errors, never from the code of the
checks. A case names a good referral of `good`, what is changed in it, and all that the answer has to hold:
code, path and severity. One finding more or one fewer is a failure.
"""
