"""The TLS ladder: verify first, weaken by permission, remember, record."""
