"""Talk pages of MediaWiki: comments end in a signature, and are indented under what they answer."""
