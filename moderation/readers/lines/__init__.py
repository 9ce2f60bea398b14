"""Plain files of lines that are no page: chats, mail, talk pages in wikitext."""
