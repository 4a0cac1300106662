"""Score models as data: what their seeds say, what scores they can give, and what is wrong with them."""
