"""Fields that more than one feature asks for."""
