"""The gateway: referrals to medico-social expertise between МИС, РЭМД and the bureau."""
