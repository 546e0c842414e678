"""Private calendar feeds: what one gives, and how it is answered over HTTP."""
