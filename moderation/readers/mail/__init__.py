"""Mail: mailboxes and archives of mailing lists."""
