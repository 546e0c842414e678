"""When groups meet, and what surrounds a meeting: dates, invitations, prompts, polls and feeds.

Who belongs together is the business of `groups`.
"""
