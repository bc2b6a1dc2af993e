"""Operations of the contract through the whole house, in process."""
