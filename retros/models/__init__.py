"""How an incident ends: each module has the tables of one noun."""
