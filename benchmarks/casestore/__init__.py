"""How fast the case store is with ten thousand, a hundred thousand and a million cases."""
