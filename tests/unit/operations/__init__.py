"""Operations without a store."""
