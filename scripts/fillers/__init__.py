"""Makers of catalog/fillers/*.txt: names, addresses, places, titles, stations, numbers. See scripts/make_fillers.py."""
