"""Signing in, passwords, and the admin site behind them."""
