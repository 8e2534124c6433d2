"""One suite for every marketplace: what each must do alike, told through one small shape of a vendor."""
