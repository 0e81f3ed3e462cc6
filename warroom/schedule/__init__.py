"""The tick: everything that is due is done once, by whichever process notices first."""
