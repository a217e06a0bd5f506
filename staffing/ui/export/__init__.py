"""Parts of the Export page, and the documents it gives."""
