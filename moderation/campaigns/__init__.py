"""Texts posted again and again, by one hand or many."""
