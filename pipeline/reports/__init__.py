"""Reports: book and scores in, documents out; pure data for the templates that draw them. `contents` lists them."""
