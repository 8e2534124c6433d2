"""An app directory as Azure has it, with one function for each habit of the Functions host."""
