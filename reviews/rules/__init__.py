"""The rules and the catalogues, to read without admin rights."""
