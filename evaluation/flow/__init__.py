"""How well people are counted: against counts that somebody made by hand."""
