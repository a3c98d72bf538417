"""Who may sign in to the pages: accounts, passwords and sessions."""
