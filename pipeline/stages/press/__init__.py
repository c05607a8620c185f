"""What rendering needs beside templates: typefaces, pictures of charts, data tables, and the manifest."""
