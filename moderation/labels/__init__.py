"""What people decided: label tables, the ledger, public sets, exchange with other tools."""
