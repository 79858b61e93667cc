"""Texts as data: replies, interface, error messages. No code stands here."""
