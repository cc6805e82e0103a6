"""Files beside the posts and what their addresses answer."""
