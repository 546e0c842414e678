"""How fast Alcove is, measured in one run against things people know; see README.md here."""
