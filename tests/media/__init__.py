"""Media files of posts, and checks of their public addresses."""
