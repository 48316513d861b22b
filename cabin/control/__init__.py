"""The running daemon, spoken to over its socket."""
