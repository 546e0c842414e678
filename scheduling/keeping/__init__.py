"""How somebody keeps their dates: by invitation, by feed or by neither, and in whose words."""
