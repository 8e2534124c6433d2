"""Where records are kept: keys on one page, rows in their storage form, and the only user of the table service."""
