"""The made-up world of the demo, told through the same verbs as real use."""
