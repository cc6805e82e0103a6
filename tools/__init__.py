"""Scripts that write documentation from the code (`make schemas`, `make docs`, `make screenshots`)."""
