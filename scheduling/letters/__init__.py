"""Letters about dates and the calendar invitations that go with them."""
