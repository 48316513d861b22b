"""Schemes, methods and measures of making a model small."""
