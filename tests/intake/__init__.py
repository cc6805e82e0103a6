"""What import and pull take over: how an account is named in files."""
