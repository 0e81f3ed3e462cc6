"""The tick: what has come due is done, once, whoever notices."""
